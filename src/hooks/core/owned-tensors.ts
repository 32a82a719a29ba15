/** @file Freeing what hooks replace, for frameworks whose tensors are not garbage collected. */
import { describeError } from '../../check/index.ts';
import { forEachTensor } from './each-tensor.ts';
import type { ChunkEvent, ForwardEvent } from './event.ts';
import type { HookTable } from './hook-table.ts';
import { isStreamOf } from './notify-observers.ts';
import { report } from './report.ts';
import { listen } from './streams/chunks.ts';
import { ChunkListener } from './streams/stream-tap.ts';

type Values = readonly unknown[];

/**
 * Frees the tensors in `values` that are not in `kept` too. Does nothing unless the Hookable has the option `free`. Never
 * throws, since the call may be failing already: errors are reported.
 */
export function freeReplaced(table: HookTable, values: Values, kept: Values): void {
  const { free, reader } = table;
  if (free === undefined || reader === undefined) return;
  const tensorsOf = (value: Values): ReadonlySet<unknown> => {
    const found = new Set<unknown>();
    forEachTensor(
      value,
      (part) => reader.is(part),
      (tensor) => found.add(tensor),
    );
    return found;
  };
  reporting('the replaced tensors of a call', () => {
    const staying = tensorsOf(kept);
    for (const tensor of tensorsOf(values)) {
      if (!staying.has(tensor)) reporting('a replaced tensor', () => free(tensor));
    }
  });
}

/** Frees the inputs that pre-hooks made when the call is over; if the output is a stream, when that ends. */
export function freeInputs(table: HookTable, inputs: Values, received: Values, output: unknown): void {
  if (table.free === undefined) return;
  const free = () => freeReplaced(table, inputs, [received, output]);
  if (isStreamOf(table, output)) afterStream(output, free);
  else free();
}

function afterStream(output: object, then: () => void): void {
  const notify = ({ stream }: ChunkEvent) => {
    if (stream !== 'chunk') then();
  };
  listen(output, { listener: new ChunkListener(() => undefined), event: {} as ForwardEvent, notify });
}

function reporting(what: string, run: () => void): void {
  try {
    run();
  } catch (cause) {
    report(new Error(`layertap: ${what} could not be freed: ${describeError(cause)}`, { cause }));
  }
}
