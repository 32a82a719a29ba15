import { isThenable } from '../../check/index.ts';
import type { ForwardEvent } from './event.ts';
import type { HookEntry, HookTable } from './hook-table.ts';
import type { ModuleLike } from './module-like.ts';
import type { TensorReader } from './reader.ts';
import { isStream, standInFor } from './stream.ts';

/** After this many errors in a row an observer is removed. */
export const ERRORS_IN_A_ROW = 3;

/**
 * Sends the event of a call to its observers. None throws: they are isolated, or report later by RxJS's rules. Reads
 * only their records; a closure for each observer would be one more cache miss.
 */
export function notifyObservers(
  observers: readonly HookEntry[],
  table: HookTable,
  module: ModuleLike,
  inputs: readonly unknown[],
  output: unknown,
  call: number,
  receiver: unknown,
): void {
  if (isStreamOf(table, output)) {
    notifyOfStream(observers, table, module, inputs, output, call, receiver);
    return;
  }
  for (let i = 0; i < observers.length; i++) {
    const entry = observers[i]!;
    entry.calls++;
    const event = { module, path: entry.path, inputs, output, call, receiver, reader: table.reader } as ForwardEvent;
    const { hook } = entry;
    if (entry.onError === undefined) hook(event);
    else notifyIsolated(entry, event);
  }
}

/**
 * The same for observers that only read: an output with stand-ins for its tensors, and no inputs. An observer that was
 * registered during the call, and needs more, waits for the next one.
 */
export function notifyReaders(
  observers: readonly HookEntry[],
  module: ModuleLike,
  output: unknown,
  reader: TensorReader,
  call: number,
  receiver: unknown,
): void {
  for (let i = 0; i < observers.length; i++) {
    const entry = observers[i]!;
    if (entry.reads === undefined) continue;
    const event = { module, path: entry.path, inputs: undefined, output, call, receiver, reader };
    notify(entry, event as unknown as ForwardEvent);
  }
}

/**
 * Whether an output is a stream. Looking at its members costs as much as a hook, so the answer is remembered for arrays
 * and for a class of tensors. Other objects are examined each time, since an instance may have members of its own.
 */
export function isStreamOf(table: HookTable, output: unknown): output is object {
  let found = false;
  try {
    const made = (output as Partial<object> | null | undefined)?.constructor;
    if (made === table.classOfOutputs) return false;
    found = isStream(output);
    // A tensor is never a stream, even if it is iterable.
    if (made !== Array && !table.reader?.is(output)) return found;
    // An object literal may be a tensor in one call and a stream in the next.
    if (made === Object || made === undefined) return false;
    table.classOfOutputs = made;
    return false;
  } catch {
    // A Proxy that throws, or a reader that fails.
    return found;
  }
}

/** A stream belongs to the caller: observers get a stand-in, or an event for each chunk that the caller reads. */
function notifyOfStream(
  observers: readonly HookEntry[],
  table: HookTable,
  module: ModuleLike,
  received: readonly unknown[],
  stream: object,
  call: number,
  receiver: unknown,
): void {
  const output = standInFor(stream);
  // A stream among the inputs belongs to forward.
  const inputs = received.some(isStream)
    ? received.map((input) => (isStream(input) ? standInFor(input) : input))
    : received;
  for (const entry of observers) {
    const { path, streams } = entry;
    const event = { module, path, inputs, output, call, receiver, reader: table.reader } as ForwardEvent;
    if (streams === undefined) notify(entry, event);
    else streams.watch(stream, event, (chunk) => notify(entry, chunk));
  }
}

function notify(entry: HookEntry, event: ForwardEvent): void {
  entry.calls++;
  const { hook } = entry;
  if (entry.onError === undefined) hook(event);
  else notifyIsolated(entry, event);
}

function notifyIsolated(entry: HookEntry, event: ForwardEvent): void {
  const { hook } = entry;
  try {
    const result = hook(event);
    if (isThenable(result)) {
      result.then(
        () => worked(entry),
        (cause) => entry.onError!(entry, cause),
      );
    } else if (entry.errors > 0) worked(entry);
  } catch (cause) {
    entry.onError!(entry, cause);
  }
}

/** Keeps the count of a removed observer: calls that are still running must not report it again. */
function worked(entry: HookEntry): void {
  if (entry.errors < ERRORS_IN_A_ROW) entry.errors = 0;
}
