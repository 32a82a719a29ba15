import { concatMap, from, map, type OperatorFunction, of } from 'rxjs';
import { describe, isThenable } from '../../check/index.ts';
import type { Summary } from '../../kernels/index.ts';
import { describeModule } from '../describe-module.ts';
import type { ForwardEvent } from '../event.ts';
import { hookTable } from '../hook-table.ts';
import { summaryOf } from '../summary-of.ts';

/** Statistics of one output: what is left of an event when its tensor is gone. */
export interface OutputStatistics extends Summary {
  /** The module's path under the root that it was selected from. */
  readonly path: string;
  readonly call: number;
  readonly shape: readonly number[];
}

/**
 * An operator that turns events into statistics of their outputs. Nothing of the tensor is kept: it is read at once, or,
 * where its framework reads asynchronously, asked for at once; those statistics come later, in the order of the events.
 *
 * @example
 * select(net, Linear).observe().pipe(statistics()).subscribe(({ path, mean }) => plot(path, mean));
 * @throws (as an error of the stream) TypeError for an output that is not a tensor of its module's framework
 */
export function statistics(): OperatorFunction<ForwardEvent, OutputStatistics> {
  const read = map(({ module, path, call, output }: ForwardEvent) => {
    const { reader } = hookTable(module);
    const where = `statistics() of ${path || describeModule(module)}`;
    if (!reader?.is(output)) throw new TypeError(`${where}: a tensor expected, got ${describe(output)}`);
    const shape = [...reader.shape(output)];
    const summary = summaryOf(reader, output);
    const row = (found: Summary): OutputStatistics => ({ path, call, shape, ...found });
    if (!isThenable(summary)) return row(summary);
    const later = summary.then(row);
    // It may be waiting for others when it fails: that is an error of the stream, not of the process.
    later.then(undefined, () => {});
    return later;
  });
  const inOrder = concatMap((row: OutputStatistics | PromiseLike<OutputStatistics>) =>
    isThenable(row) ? from(row) : of(row),
  );
  return (events) => inOrder(read(events));
}
