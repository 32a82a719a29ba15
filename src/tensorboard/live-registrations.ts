/** One call of `logActivations` that has not been removed. */
export interface LiveRegistration {
  readonly writer: object;
  /** Of the modules: tensors inside of an output have tags below these. */
  readonly tags: ReadonlySet<string>;
  /** Gives the writer what is held back. @returns fulfilled when that has been done, where values are waited for */
  finish?(): Promise<unknown> | undefined;
}

/** By where their writers write: two writers may have one directory, and so one run. */
const live = new Map<string, Set<LiveRegistration>>();
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

/** @returns takes it out again */
export function addRegistration(registration: LiveRegistration): () => void {
  const run = runOf(registration.writer);
  const registrations = live.get(run) ?? new Set();
  live.set(run, registrations.add(registration));
  return () => {
    registrations.delete(registration);
    if (registrations.size === 0 && live.get(run) === registrations) live.delete(run);
  };
}

/** Those of the tags that a live registration of the writer's run has. */
export function tagsInUse(writer: object, tags: Iterable<string>): string[] {
  const registrations = [...(live.get(runOf(writer)) ?? [])];
  return [...tags].filter((tag) => registrations.some((one) => one.tags.has(tag)));
}

/** Before a writer is closed: gives it what its registrations hold back. */
export function finishRegistrations(writer: object): Promise<unknown>[] {
  const registrations = [...(live.get(runOf(writer)) ?? [])].filter((one) => one.writer === writer);
  return registrations.flatMap((one) => one.finish?.() ?? []);
}
