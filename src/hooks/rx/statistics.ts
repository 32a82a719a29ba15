import { filter, type OperatorFunction } from 'rxjs';
import { absorb, isThenable, type Summary } from '../../check/index.ts';
import { describeModule } from '../core/describe-module.ts';
import type { ForwardEvent, ReadingEvent } from '../core/event.ts';
import { summaryOf } from '../core/reader.ts';
import { TensorVisitor } from '../tensor-visitor.ts';
import { inTurn } from './in-turn.ts';
import { readingEvents } from './observable.ts';

/** Statistics of one tensor of an output. Outlives the tensor. */
export interface OutputStatistics extends Summary {
  /** The module's path under the root that it was selected from. */
  readonly path: string;
  /** The place in the output: `logits`, `hidden/0`; '' for the output itself. */
  readonly part: string;
  readonly call: number;
  readonly shape: readonly number[];
}

type Row = OutputStatistics | undefined;

/**
 * An operator that maps events to statistics, one value for each tensor of an output. Tensors are read inside the call and
 * not kept. If a framework reads asynchronously, the statistics come later, in the order of the events. An output without
 * tensors emits nothing; unless it is null or undefined, that is reported once for each module.
 *
 * If it is the first operator behind `observe()`, it asks for statistics alone, as the option `reads` does.
 *
 * @example
 * select(net, Linear).observe().pipe(statistics()).subscribe(({ path, mean }) => plot(path, mean));
 * @throws (as an error of the stream) TypeError for values that cannot be read as numbers
 */
export function statistics(): OperatorFunction<ForwardEvent, OutputStatistics> {
  const tensors = new TensorVisitor('statistics()');
  const read = (event: ReadingEvent, rows: (Row | PromiseLike<Row>)[]): void => {
    const { module, path, call, reader } = event;
    const where = `statistics() of ${path || describeModule(module)}`;
    tensors.each(event, (tensor, place) => {
      const shape = [...reader!.shape(tensor)];
      const summary = summaryOf(where, reader!, tensor);
      const row = (found: Summary | undefined): Row => found && { path, part: place.slice(1), call, shape, ...found };
      if (!isThenable(summary)) {
        rows.push(row(summary));
        return;
      }
      const later = summary.then(row);
      // May reject before its turn; the error reaches the stream then.
      absorb(later);
      rows.push(later);
    });
  };
  return (events) =>
    inTurn(readingEvents(events, 'statistics'), read, (row) => (isThenable(row) ? row : [row])).pipe(
      filter((row) => row !== undefined),
    );
}
