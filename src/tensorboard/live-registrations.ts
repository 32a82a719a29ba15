import { type WeakReference, weakly } from '../check/index.ts';

/** A call of `logActivations` that has not been removed. */
export interface LiveRegistration {
  readonly writer: object;
  /** The modules' tags. Tensors inside an output have tags below these. */
  readonly tags: ReadonlySet<string>;
}

/**
 * The registrations by the run that they write to: two writers may share a directory, and so a run. Held weakly: each lives as
 * long as its modules' hooks, so that a model that is dropped with its hooks can be collected.
 */
const live = new Map<string, Set<WeakReference<LiveRegistration>>>();
// Without weak references, registrations are kept until they are removed.
const collected =
  typeof FinalizationRegistry === 'undefined' ? undefined : new FinalizationRegistry<() => void>((end) => end());
const runs = new WeakMap<object, string>();
const ids = new WeakMap<object, number>();
let count = 0;

function idOf(object: object): number {
  const id = ids.get(object) ?? count++;
  ids.set(object, id);
  return id;
}

/** Sets the run of a writer. @param sink undefined for the disk @param path below the sink; on a disk absolute */
export function setRun(writer: object, sink: object | undefined, path: string): void {
  runs.set(writer, `${sink === undefined ? 'disk' : idOf(sink)}:${path}`);
}

const runOf = (writer: object): string => runs.get(writer) ?? `writer ${idOf(writer)}`;

/**
 * @param registration must be kept alive by the hooks
 * @returns a function that removes it
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
  collected?.register(registration, end);
  return end;
}

/** The tags that a live registration of the writer's run has already. */
export function tagsInUse(writer: object, tags: Iterable<string>): string[] {
  const registrations = [...(live.get(runOf(writer)) ?? [])].map((one) => one.deref());
  return [...tags].filter((tag) => registrations.some((one) => one?.tags.has(tag)));
}

/** Records that a writer waits for when it is closed. */
interface Awaited {
  /** Merged steps that are not written yet; `finish` writes them. */
  readonly holdings: Set<{ finish(): void }>;
  /** Pending values, those of removed registrations included. */
  readonly readings: Set<PromiseLike<unknown>>;
}

const awaited = new WeakMap<object, Awaited>();

function awaitedOf(writer: object): Awaited {
  const known = awaited.get(writer) ?? { holdings: new Set(), readings: new Set() };
  awaited.set(writer, known);
  return known;
}

/** Finishes a holding when its writer is closed. @returns a function that cancels this */
export function finishBeforeClose(writer: object, holding: { finish(): void }): () => void {
  const { holdings } = awaitedOf(writer);
  holdings.add(holding);
  return () => holdings.delete(holding);
}

/** Keeps a writer open until pending values were read and logged. */
export function keepOpen(writer: object, reading: PromiseLike<unknown>): void {
  const { readings } = awaitedOf(writer);
  readings.add(reading);
  const settled = () => readings.delete(reading);
  reading.then(settled, settled);
}

/**
 * Finishes the holdings of a writer that is about to close.
 * @returns a promise that is fulfilled when its pending values were read; undefined without any
 */
export function finishRegistrations(writer: object): Promise<unknown> | undefined {
  const { holdings, readings } = awaitedOf(writer);
  for (const holding of holdings) holding.finish();
  return readings.size === 0 ? undefined : Promise.allSettled(readings);
}
