import { isThenable } from '../check/index.ts';
import type { ForwardEvent } from './event.ts';
import type { HookRecord } from './hook-table.ts';
import type { Hookable } from './hookable.ts';

/** After so many errors in a row an observer is taken out: it would fail for ever. */
export const ERRORS_IN_A_ROW = 3;

/**
 * Tells observers of a call. They are isolated, or by RxJS's rules report later: none throws into it. All that one call
 * needs of an observer is in its record: a function made for each would be one more thing to fetch from far.
 */
export function tellObservers(
  observers: readonly HookRecord[],
  module: Hookable,
  inputs: readonly unknown[],
  output: unknown,
): void {
  for (let i = 0; i < observers.length; i++) {
    const record = observers[i]!;
    const event = { module, path: record.path, inputs, output, call: record.calls++ } as ForwardEvent;
    if (record.failed === undefined) record.hook(event);
    else tellIsolated(record, event);
  }
}

function tellIsolated(record: HookRecord, event: ForwardEvent): void {
  try {
    const result = record.hook(event);
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
