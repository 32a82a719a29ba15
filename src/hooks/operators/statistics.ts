import { map, type OperatorFunction } from 'rxjs';
import { type Summary, summarize } from '../../kernels/index.ts';
import { describe, isThenable } from '../describe.ts';
import type { ForwardEvent } from '../event.ts';
import { hookTable } from '../hook-table.ts';

/** Statistics of one output: what is left of an event when its tensor is gone. */
export interface OutputStatistics extends Summary {
  /** The module's path under the root that it was selected from. */
  readonly path: string;
  readonly call: number;
  readonly shape: readonly number[];
}

/**
 * An operator that turns events into statistics of their outputs, at once: nothing of the tensor is kept.
 *
 * @example
 * select(net, Linear).observe().pipe(statistics()).subscribe(({ path, mean }) => plot(path, mean));
 * @throws (as an error of the stream) TypeError for an output that is not a tensor of its module's framework, or whose
 *   values can only be waited for
 */
export function statistics(): OperatorFunction<ForwardEvent, OutputStatistics> {
  return map(({ module, path, call, output }) => {
    const { reader } = hookTable(module);
    const where = `statistics() of ${path || module}`;
    if (!reader?.is(output)) throw new TypeError(`${where}: a tensor expected, got ${describe(output)}`);
    const values = reader.values(output);
    if (isThenable(values))
      throw new TypeError(`${where}: the values of this framework's tensors can only be waited for`);
    return { path, call, shape: [...reader.shape(output)], ...summarize(values) };
  });
}
