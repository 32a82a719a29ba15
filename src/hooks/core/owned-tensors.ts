/** @file Freeing what hooks replace, for frameworks whose tensors are not garbage collected. */
import { describeError } from '../../check/index.ts';
import { forEachTensor } from './each-tensor.ts';
import type { HookTable } from './hook-table.ts';
import { report } from './report.ts';

/** Frees the tensors in `values` that are not in `kept` too. Does nothing unless the Hookable has the option `free`. */
export function freeReplaced(table: HookTable, values: readonly unknown[], kept: readonly unknown[]): void {
  const { free } = table.options;
  const { reader } = table;
  if (free === undefined || reader === undefined) return;
  const isTensor = (value: unknown) => reader.is(value);
  const staying = new Set<unknown>();
  forEachTensor(kept, isTensor, (tensor) => staying.add(tensor));
  const replaced = new Set<unknown>();
  forEachTensor(values, isTensor, (tensor) => replaced.add(tensor));
  for (const tensor of replaced) {
    if (staying.has(tensor)) continue;
    try {
      free(tensor);
    } catch (cause) {
      report(new Error(`layertap: a replaced tensor could not be freed: ${describeError(cause)}`, { cause }));
    }
  }
}
