/** @file Observers that read no more than the statistics, or the values, of outputs. */
import type { Summary } from '../check/index.ts';
import { listHooks, type ReadingEvent, summaryOf, withHooks } from '../hooks/index.ts';
import { check, fails, same } from './checks.ts';
import type { Suite } from './suite.ts';

/** The option `reads` of `observe`. */
export function addReadingCases<T>(suite: Suite<T>): void {
  const { target } = suite;

  /** The events of an observer, with the statistics of the outputs. */
  const reader = () => {
    const seen: Promise<{ call: number; shape: readonly number[]; summary: Summary | undefined }>[] = [];
    return {
      seen: () => Promise.all(seen),
      observer({ call, output, reader }: ReadingEvent) {
        // A target may have no reader, or an output that holds tensors.
        if (reader?.is(output) !== true) return;
        const shape = [...reader.shape(output)];
        const summary = Promise.resolve(summaryOf('hookContract()', reader, output));
        seen.push(summary.then((found) => ({ call, shape, summary: found })));
      },
    };
  };
  const statistics = (min: number, max: number) => ({
    count: 2,
    mean: (min + max) / 2,
    variance: ((max - min) / 2) ** 2,
    min,
    max,
    zeros: 0,
    nan: 0,
    positiveInfinity: 0,
    negativeInfinity: 0,
  });
  const event = (call: number, summary: Summary) => ({ call, shape: [2], summary });

  suite.add('observers that read statistics get those of the output, beside other observers or not', async (b) => {
    const { observer, seen } = reader();
    const handle = b.read(observer, { reads: 'statistics' });
    same(await b.run(), [2, 4]);
    const other = b.observe(() => {});
    await b.run();
    other.remove();
    await b.run();
    const all = await seen();
    if (all.length > 0)
      same(
        all,
        [0, 1, 2].map((call) => event(call, statistics(2, 4))),
      );
    same(
      listHooks(b.hookable).map(({ kind, calls }) => ({ kind, calls })),
      [{ kind: 'observer', calls: 3 }],
    );
    handle.remove();
    same(listHooks(b.hookable), []);
    same(await b.run(), [2, 4]);
    same((await seen()).length, all.length);
  });

  suite.add('observers that read see the output behind all hooks', async (b) => {
    const { observer, seen } = reader();
    const values: unknown[] = [];
    const look = ({ output, reader }: ReadingEvent) => {
      if (reader?.is(output) === true) values.push(reader.values(output));
    };
    await withHooks(
      () => {
        b.read(observer, { reads: 'statistics' });
        b.read(look, { reads: 'values' });
        b.after(() => target.tensor([10, 20]));
      },
      async () => same(await b.run(), [10, 20]),
    );
    const all = await seen();
    if (all.length > 0) {
      same(all, [event(0, statistics(10, 20))]);
      same(Array.from((await values[0]) as ArrayLike<number>, Number), [10, 20]);
    }
    same(listHooks(b.hookable), []);
  });

  suite.add('an observer that reads and fails is isolated', async (b) => {
    const reported: unknown[] = [];
    b.read(fails('on purpose'), { reads: 'statistics', reporter: (error) => reported.push(error) });
    for (let i = 0; i < 4; i++) same(await b.run(), [2, 4]);
    check(reported.length === 4, `three errors and the removal must be reported, got ${reported.length}`);
    same(listHooks(b.hookable), []);
  });
}
