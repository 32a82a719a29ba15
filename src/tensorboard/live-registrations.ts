/** One call of `logActivations` that has not been removed. */
export interface LiveRegistration {
  readonly writer: object;
  /** Of the modules: tensors inside of an output have tags below these. */
  readonly tags: ReadonlySet<string>;
}

/**
 * By where their writers write: two writers may have one directory, and so one run. Held weakly: a registration lives as long
 * as the modules that it is on, and a model that is forgotten with its hooks can be collected.
 */
const live = new Map<string, Set<{ deref(): LiveRegistration | undefined }>>();
// Where an engine has no weak references they are kept until they are removed.
const forgotten =
  typeof FinalizationRegistry === 'undefined' ? undefined : new FinalizationRegistry<() => void>((end) => end());
const runs = new WeakMap<object, string>();
const numbers = new WeakMap<object, number>();
let count = 0;

function numberOf(object: object): number {
  const number = numbers.get(object) ?? count++;
  numbers.set(object, number);
  return number;
}

/** Says where a writer writes. @param sink undefined: the disk. @param path absolute there */
export function setRun(writer: object, sink: object | undefined, path: string): void {
  runs.set(writer, `${sink === undefined ? 'disk' : numberOf(sink)}:${path}`);
}

const runOf = (writer: object): string => runs.get(writer) ?? `writer ${numberOf(writer)}`;

/**
 * @param registration must be held by what it is on
 * @returns takes it out again
 */
export function addRegistration(registration: LiveRegistration): () => void {
  const run = runOf(registration.writer);
  const registrations = live.get(run) ?? new Set();
  const reference = weakly(registration);
  live.set(run, registrations.add(reference));
  const end = () => {
    registrations.delete(reference);
    if (registrations.size === 0 && live.get(run) === registrations) live.delete(run);
  };
  forgotten?.register(registration, end);
  return end;
}

/** Not in the function above: what it gives back would keep all that a closure in it has seen. */
const weakly = (registration: LiveRegistration): { deref(): LiveRegistration | undefined } =>
  forgotten === undefined ? { deref: () => registration } : new WeakRef(registration);

/** Those of the tags that a live registration of the writer's run has. */
export function tagsInUse(writer: object, tags: Iterable<string>): string[] {
  const registrations = [...(live.get(runOf(writer)) ?? [])].map((one) => one.deref());
  return [...tags].filter((tag) => registrations.some((one) => one?.tags.has(tag)));
}

/** Something that holds records back. */
interface Holding {
  /** Gives the writer what is held back, but for values that are waited for. */
  finish(): void;
}

/** By the writer that it is for. */
const holdings = new WeakMap<object, Set<Holding>>();

/** Lets a writer have what is held back when it is closed. @returns no more */
export function finishBeforeClose(writer: object, holding: Holding): () => void {
  const all = holdings.get(writer) ?? new Set();
  holdings.set(writer, all.add(holding));
  return () => all.delete(holding);
}

/** Values that are waited for, by the writer that they are for: also those of registrations that were removed. */
const readings = new WeakMap<object, Set<PromiseLike<unknown>>>();

/** Keeps a writer open until some values have come and were given to it. */
export function keepOpen(writer: object, reading: PromiseLike<unknown>): void {
  const pending = readings.get(writer) ?? new Set();
  readings.set(writer, pending.add(reading));
  const settled = () => pending.delete(reading);
  reading.then(settled, settled);
}

/**
 * Before a writer is closed: gives it what its registrations hold back.
 * @returns fulfilled when the values that they wait for have come, if there are such
 */
export function finishRegistrations(writer: object): Promise<unknown> | undefined {
  for (const holding of holdings.get(writer) ?? []) holding.finish();
  const pending = readings.get(writer);
  return pending === undefined || pending.size === 0 ? undefined : Promise.allSettled(pending);
}
