// The archive of a worker and the page that shows parts of it, beside a store that holds all points itself.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ArchiveOptions, ScalarArchive } from '../../../viewer/data/scalar-archive.ts';
import { packUpdate, unpackUpdate } from '../../../viewer/data/scalar-update.ts';
import { Store } from '../../../viewer/data/store.ts';
import { smooth } from '../../../viewer/scalars/scalar-lines.ts';

/** An archive, and a page that gets its updates. */
function pair(options: ArchiveOptions = {}) {
  const archive = new ScalarArchive(options);
  const page = new Store();
  page.scalarWants.listen(() => archive.want(page.scalarWants.all));
  page.scalarWants.answer = async (question) => archive.answer(question);
  const pass = () => {
    while (archive.hasNews) page.takeScalars(unpackUpdate(packUpdate(archive.update())));
  };
  return { archive, page, pass };
}

type Action = { run: string; tag: string; step: number; value: number } | { run: string; restart: number } | 'update';

/** Takes as many values as there are, at steps from 0 on. */
function take(archive: ScalarArchive, run: string, tag: string, values: ArrayLike<number>): void {
  const { scalar } = archive.takerOf(run);
  for (let step = 0; step < values.length; step++) assert.ok(scalar(tag, step, 1000 + step, values[step]!));
}

const sine = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(i / 7) * (1 + (i % 13)));

/** The first step goes, the last one grows. */
const RESTARTED_BETWEEN_UPDATES: Action[] = [
  { run: 'a', tag: 'x', step: 0, value: 0.5 },
  'update',
  { run: 'a', restart: 0 },
  { run: 'a', tag: 'x', step: 1, value: 0.5 },
];

test('a page has of few scalars what a store has that holds the points', () => {
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        run: fc.constantFrom('a', 'b'),
        tag: fc.constantFrom('x', 'y'),
        step: fc.nat(20),
        value: fc.constantFrom(0.5, -3, Number.NaN, Number.POSITIVE_INFINITY),
      }),
    },
    { weight: 1, arbitrary: fc.record({ run: fc.constantFrom('a', 'b'), restart: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.constant('update' as const) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const { archive, page, pass } = pair();
      const twin = new Store();
      for (const one of actions) {
        if (one === 'update') pass();
        else if ('restart' in one) {
          archive.takerOf(one.run).start(one.restart);
          twin.add([{ kind: 'restart', run: one.run, step: one.restart }]);
        } else {
          archive.takerOf(one.run).scalar(one.tag, one.step, one.step + 0.5, one.value);
          twin.add([{ kind: 'scalar', wallTime: one.step + 0.5, ...one }]);
        }
      }
      pass();
      assert.equal(page.runs, twin.runs);
      assert.equal(page.steps, twin.steps);
      const sorted = (store: Store) => store.alerts.map((alert) => JSON.stringify(alert)).sort();
      assert.equal(sorted(page), sorted(twin));
      for (const run of twin.runs) {
        for (const tag of twin.tags('scalar')) {
          const [series, other] = [page.scalars(run, tag), twin.scalars(run, tag)];
          for (const name of ['steps', 'values', 'wallTimes'] as const)
            assert.equal([...(series?.[name] ?? [])], [...(other?.[name] ?? [])]);
        }
      }
    }),
    { numRuns: 300, examples: [[RESTARTED_BETWEEN_UPDATES]] },
  );
});

test('a restart that comes after the update that contains it removes nothing', () => {
  const { archive, page, pass } = pair();
  take(archive, 'a', 'loss', [1, 2, 3]);
  pass();
  archive.takerOf('a').start(1);
  archive.takerOf('a').scalar('loss', 1, 1001, 20);
  pass();
  page.add([{ kind: 'restart', run: 'a', step: 1 }]);
  assert.equal([...page.scalars('a', 'loss')!.steps], [0, 1]);
  assert.equal([...page.scalars('a', 'loss')!.values], [1, 20]);
  assert.equal(page.steps, [0, 1]);
});

test('of many scalars a page has the ends, and at most two points a pixel of a tag that a card shows', () => {
  const { archive, page, pass } = pair({ few: 1000 });
  const values = sine(30_000);
  values[12_345] = 99;
  values[23_456] = Number.NaN;
  for (const tag of ['loss', 'other']) take(archive, 'a', tag, values);
  pass();
  assert.equal([...page.scalars('a', 'loss')!.steps], [0, 29_999]);
  assert.is(page.scalars('a', 'loss')!.logged, 30_000);
  page.showScalars({ tag: 'loss', steps: undefined, points: 1024, smoothing: 0 });
  pass();
  const line = page.scalars('a', 'loss')!;
  assert.ok(line.length > 1000 && line.length <= 1024, `${line.length} points`);
  assert.equal([line.logged, line.kept], [30_000, 30_000]);
  // Of each stretch the extremes, so that a line looks as with all.
  assert.ok(line.values.includes(99));
  assert.ok(line.values.some((value) => Number.isNaN(value)));
  assert.equal([line.steps[0], line.steps.at(-1)], [0, 29_999]);
  for (let i = 0; i < line.length; i++) assert.ok(Object.is(line.values[i], values[line.steps[i]!]));
  assert.is(page.scalars('a', 'other')!.length, 2, 'no card shows it');
});

test('what is zoomed to has all points, with those on either side', () => {
  const { archive, page, pass } = pair({ few: 0 });
  const values = sine(50_000);
  take(archive, 'a', 'loss', values);
  page.showScalars({ tag: 'loss', steps: [20_000, 20_500], points: 1024, smoothing: 0 });
  pass();
  const { steps } = page.scalars('a', 'loss')!;
  const within = [...steps].filter((step) => step >= 19_999 && step <= 20_501);
  assert.equal(
    within,
    Array.from({ length: 503 }, (_, i) => 19_999 + i),
  );
  assert.ok(steps.length <= 503 + 2 * 64);
});

test('smoothed values are those of all scalars', () => {
  const { archive, page, pass } = pair({ few: 0 });
  const values = sine(20_000);
  take(archive, 'a', 'loss', values);
  page.showScalars({ tag: 'loss', steps: undefined, points: 100, smoothing: 0.9 });
  pass();
  const series = page.scalars('a', 'loss')!;
  const wanted = smooth(values, 0.9);
  assert.equal(
    [...series.smoothed(0.9)],
    [...series.steps].map((step) => wanted[step]),
  );
  assert.equal([...series.smoothed(0)], [...series.values]);
});

test('exact records come on demand, from the source or from the page', async () => {
  const { archive, page, pass } = pair({ few: 0 });
  const values = sine(5000);
  take(archive, 'a', 'loss', values);
  take(archive, 'b', 'loss', values.subarray(0, 3));
  page.showScalars({ tag: 'loss', steps: undefined, points: 10, smoothing: 0.5 });
  pass();
  const exact = await page.exactScalars('loss', ['a', 'b', 'none'], [1, 1002]);
  assert.equal([...exact.keys()], ['a', 'b']);
  assert.equal([...exact.get('a')!.values], [...values.subarray(1, 1003)]);
  assert.equal([...exact.get('a')!.smoothed], [...smooth(values, 0.5).subarray(1, 1003)]);
  assert.equal([...exact.get('b')!.steps], [1, 2]);
  const own = new Store();
  own.add(
    Array.from(values, (value, step) => ({ kind: 'scalar', run: 'a', tag: 'loss', step, wallTime: step, value })),
  );
  assert.equal((await own.exactScalars('loss', ['a'], [1, 1002])).get('a')!.values, exact.get('a')!.values);
});

test('over its budget an archive halves the largest series, and says so', () => {
  const { archive, page, pass } = pair({ budget: 8 * 2 ** 20, few: 0 });
  const values = sine(300_000);
  values[150_001] = 1e6;
  take(archive, 'a', 'large', values);
  take(archive, 'a', 'small', values.subarray(0, 100));
  take(archive, 'a', 'more', values);
  page.showScalars({ tag: 'large', steps: undefined, points: 1024, smoothing: 0 });
  pass();
  const [large, small] = [page.scalars('a', 'large')!, page.scalars('a', 'small')!];
  assert.is(large.logged, 300_000);
  assert.ok(large.kept < 200_000 && large.kept > 10_000, `${large.kept} are kept`);
  assert.equal([small.logged, small.kept], [100, 100]);
  assert.ok(large.values.includes(1e6), 'extremes stay');
});

test('scalars that count NaN of histograms stay points', () => {
  const { archive } = pair();
  const { scalar } = archive.takerOf('a');
  assert.equal(
    ['fc/NaN', 'fc/+Inf', 'fc/-Inf', 'fc'].map((tag) => scalar(tag, 0, 0, 1)),
    [false, false, false, true],
  );
});

test.run();
