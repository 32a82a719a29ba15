import { isThenable } from '../check/index.ts';
import type { ForwardEvent } from './event.ts';
import type { HookRecord, HookTable } from './hook-table.ts';
import type { Hookable } from './hookable.ts';

/** After so many errors in a row an observer is taken out: it would fail for ever. */
export const ERRORS_IN_A_ROW = 3;

/**
 * Tells observers of a call. They are isolated, or by RxJS's rules report later: none throws into it. All that one call
 * needs of an observer is in its record: a function made for each would be one more thing to fetch from far.
 */
export function tellObservers(
  table: HookTable,
  module: Hookable,
  inputs: readonly unknown[],
  output: unknown,
  call: number,
  receiver: unknown,
): void {
  const { observers } = table;
  for (let i = 0; i < observers.length; i++) {
    const record = observers[i]!;
    record.calls++;
    const event = { module, path: record.path, inputs, output, call, receiver, reader: table.reader } as ForwardEvent;
    const { hook } = record;
    if (record.failed === undefined) hook(event);
    else tellIsolated(record, event);
  }
}

function tellIsolated(record: HookRecord, event: ForwardEvent): void {
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
