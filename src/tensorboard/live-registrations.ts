/** One call of `logActivations` that has not been removed. */
export interface LiveRegistration {
  /** Of the modules: tensors inside of an output have tags below these. */
  readonly tags: ReadonlySet<string>;
  /** Gives the writer what is held back. @returns fulfilled when that has been done, where values are waited for */
  finish?(): Promise<unknown> | undefined;
}

const live = new WeakMap<object, Set<LiveRegistration>>();

/** @returns takes it out again */
export function addRegistration(writer: object, registration: LiveRegistration): () => void {
  const registrations = live.get(writer) ?? new Set();
  live.set(writer, registrations.add(registration));
  return () => registrations.delete(registration);
}

/** Those of the tags that a live registration of the writer has. */
export function tagsInUse(writer: object, tags: Iterable<string>): string[] {
  const registrations = [...(live.get(writer) ?? [])];
  return [...tags].filter((tag) => registrations.some((one) => one.tags.has(tag)));
}

/** Before a writer is closed: gives it what its registrations hold back. */
export function finishRegistrations(writer: object): Promise<unknown>[] {
  return [...(live.get(writer) ?? [])].flatMap((registration) => registration.finish?.() ?? []);
}
