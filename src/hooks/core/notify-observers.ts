import { isThenable } from '../../check/index.ts';
import type { ForwardEvent } from './event.ts';
import type { HookRecord, HookTable } from './hook-table.ts';
import type { ModuleLike } from './module-like.ts';
import { listen } from './streams/chunks.ts';
import { isStream, standInFor } from './streams/stand-in.ts';

/** After so many errors in a row an observer is taken out: it would fail for ever. */
export const ERRORS_IN_A_ROW = 3;

/**
 * Tells observers of a call. They are isolated, or by RxJS's rules report later: none throws into it. All that one call
 * needs of an observer is in its record: a function made for each would be one more thing to fetch from far.
 */
export function notifyObservers(
  observers: readonly HookRecord[],
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
    const record = observers[i]!;
    record.calls++;
    const event = { module, path: record.path, inputs, output, call, receiver, reader: table.reader } as ForwardEvent;
    const { hook } = record;
    if (record.failed === undefined) hook(event);
    else notifyIsolated(record, event);
  }
}

/**
 * Whether an output is a stream. To ask for its members costs as much as a hook, so what was found out holds for all
 * tensors of a class, and for arrays. Other objects are looked at each time: one of a class may be a stream by members of
 * its own.
 */
function isStreamOf(table: HookTable, output: unknown): output is object {
  let found = false;
  try {
    const made = (output as Partial<object> | null | undefined)?.constructor;
    if (made === table.classOfOutputs) return false;
    found = isStream(output);
    // A framework's tensor may be iterable in a way of its own.
    if (made !== Array && !table.reader?.is(output)) return found;
    table.classOfOutputs = made;
    return false;
  } catch {
    // A Proxy, say, that refuses to be looked at, or a reader that fails.
    return found;
  }
}

/** The same for a stream, which is the caller's: observers get a stand-in, or are told of each chunk that is read. */
function notifyOfStream(
  observers: readonly HookRecord[],
  table: HookTable,
  module: ModuleLike,
  received: readonly unknown[],
  stream: object,
  call: number,
  receiver: unknown,
): void {
  const output = standInFor(stream);
  // One that reads another as it is read itself: that one is not the observer's either.
  const inputs = received.some(isStream)
    ? received.map((input) => (isStream(input) ? standInFor(input) : input))
    : received;
  for (const record of observers) {
    const { path, chunks } = record;
    const event = { module, path, inputs, output, call, receiver, reader: table.reader } as ForwardEvent;
    if (chunks === undefined) notify(record, event);
    else listen(stream, { listener: chunks, event, notify: (chunk) => notify(record, chunk) });
  }
}

function notify(record: HookRecord, event: ForwardEvent): void {
  record.calls++;
  const { hook } = record;
  if (record.failed === undefined) hook(event);
  else notifyIsolated(record, event);
}

function notifyIsolated(record: HookRecord, event: ForwardEvent): void {
  const { hook } = record;
  try {
    const result = hook(event);
    if (isThenable(result)) {
      result.then(
        () => worked(record),
        (cause) => record.failed!(record, cause),
      );
    } else if (record.errors > 0) worked(record);
  } catch (cause) {
    record.failed!(record, cause);
  }
}

/** Those that had it removed stay counted: calls were under way perhaps. */
function worked(record: HookRecord): void {
  if (record.errors < ERRORS_IN_A_ROW) record.errors = 0;
}
