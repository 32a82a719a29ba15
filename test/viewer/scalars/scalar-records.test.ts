// The records around a pointer, of an archive that keeps more than the page, beside a search through all of them.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../../../viewer/clock.ts';
import { ScalarArchive } from '../../../viewer/data/scalar-archive.ts';
import type { ScalarQuestion } from '../../../viewer/data/scalar-wants.ts';
import { Store } from '../../../viewer/data/store.ts';
import type { ScalarLine } from '../../../viewer/scalars/scalar-line.ts';
import { smooth } from '../../../viewer/scalars/scalar-lines.ts';
import { ScalarRecords } from '../../../viewer/scalars/scalar-records.ts';
import type { View } from '../../../viewer/state/view-state.ts';
import { contextOf } from '../context.ts';
import { FakeClock } from '../fake-clock.ts';

interface Logged {
  readonly step: number;
  readonly wallTime: number;
  readonly value: number;
}

/** A page with some hundred records of each run, whose source has them all. */
function pageOf(runs: Readonly<Record<string, readonly Logged[]>>, view: Partial<View> = {}, clock?: Clock) {
  const [archive, store] = [new ScalarArchive({ few: 0 }), new Store()];
  for (const [run, records] of Object.entries(runs)) {
    for (const { step, wallTime, value } of records) archive.takerOf(run).scalar('loss', step, wallTime, value);
  }
  const questions: ScalarQuestion[] = [];
  store.scalarWants.listen(() => archive.want(store.scalarWants.all));
  store.scalarWants.answer = async (question) => {
    questions.push(question);
    return archive.answer(question);
  };
  const context = contextOf(store, { smoothing: 0, ...view });
  const { axis, smoothing } = context.state.view;
  store.showScalars({ tag: 'loss', steps: undefined, points: 300, smoothing });
  const update = () => {
    while (archive.hasNews) store.takeScalars(archive.update());
  };
  update();
  const records = new ScalarRecords(context, 'loss', () => {}, clock);
  const lineOf = (run: string): ScalarLine => {
    const series = store.scalars(run, 'loss')!;
    const { version, steps, wallTimes, values } = series;
    const places = context.axes.places.of(run, series, axis);
    const rest = { smoothed: series.smoothed(smoothing), places, drawn: [0, steps.length] as const };
    return { run, colour: '', series, version, steps, wallTimes, values, ...rest };
  };
  return {
    archive,
    store,
    records,
    questions,
    update,
    lineOf,
    async ask(lines: readonly ScalarLine[], place: number): Promise<void> {
      records.ask(lines, place);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const logged = (length: number, wallTimeOf = (i: number) => 1000 + i): Logged[] =>
  Array.from({ length }, (_, i) => ({ step: 3 * i, wallTime: wallTimeOf(i), value: (i * 7919) % 1009 }));

/** Step, value, smoothed value of the record at a place. */
function rowAt({ records }: ReturnType<typeof pageOf>, line: ScalarLine, place: number): (number | undefined)[] {
  const record = records.at(line, place)!;
  const { of, row } = record;
  return [of.steps[row], of.values[row], of.smoothed[row], records.relative(line, record)];
}

test('the record at a place is the nearest that the page has, and then the nearest of all', async () => {
  const all = logged(20_000);
  const page = pageOf({ a: all }, { smoothing: 0.9 });
  const line = page.lineOf('a');
  const smoothed = smooth(
    all.map(({ value }) => value),
    0.9,
  );
  assert.ok(line.steps.length <= 300);
  for (const place of [0, 1.4, 29_999, 31_234.6, 44_000.4, 59_997]) {
    const [before] = rowAt(page, line, place);
    assert.ok(line.steps.includes(before!));
    await page.ask([line], place);
    const i = Math.round(place / 3);
    const [step, value, average, relative] = rowAt(page, line, place);
    assert.equal([step, value, relative], [all[i]!.step, all[i]!.value, i]);
    assert.ok(Math.abs(average! - smoothed[i]!) <= 1e-12 * smoothed[i]!, `${average} is not ${smoothed[i]}`);
  }
  assert.is(page.records.at(line, -0.1), undefined, 'before the first');
  assert.is(page.records.at(line, 59_997.1), undefined, 'after the last');
});

test('on an axis of time the record is the nearest in time, also where the clock stood still', async () => {
  const all = logged(20_000, (i) => 1e9 + i ** 1.2);
  const page = pageOf({ a: all }, { axis: 'relative' });
  const line = page.lineOf('a');
  for (const i of [17, 9999, 12_345, 19_990]) {
    const place = all[i]!.wallTime - 1e9 + 0.1;
    await page.ask([line], place);
    assert.is(rowAt(page, line, place)[0], all[i]!.step);
  }
  // All records of a thousand have one time: they are spread as the drawn ones are.
  const still = pageOf({ a: logged(20_000, (i) => 1e9 + 500 * Math.floor(i / 1000)) }, { axis: 'relative' });
  const other = still.lineOf('a');
  await still.ask([other], 3250);
  const { of, row } = still.records.at(other, 3250)!;
  assert.ok(Math.abs(of.steps[row]! / 3 - 6500) < 70, `${of.steps[row]! / 3}`);
  assert.ok(of !== other);
});

test('arrow keys reach every record', async () => {
  const page = pageOf({ a: logged(5000) });
  const line = page.lineOf('a');
  let place = line.steps[100]!;
  for (let i = 0; i < 60; i++) {
    await page.ask([line], place);
    const { of, row } = page.records.neighbour(line, place, 1)!;
    assert.is(of.steps[row], place + 3);
    place = of.steps[row]!;
  }
  const { of, row } = page.records.neighbour(line, place, -1)!;
  assert.is(of.steps[row], place - 3);
  assert.is(page.records.neighbour(line, 0, -1), undefined);
});

test('one question is under way at a time, the last place counts, and what is known is not asked again', async () => {
  const page = pageOf({ a: logged(5000), b: logged(20) });
  const [a, b] = [page.lineOf('a'), page.lineOf('b')];
  for (const place of [100, 2000, 4000, 9000]) page.records.ask([a, b], place);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(
    page.questions.map(({ spans }) => spans.map(({ run, from, to }) => [run, from <= 9000 && to >= 9000])),
    [[['a', false]], [['a', true]]],
    'the page has all of b',
  );
  page.records.ask([a, b], 9000.1);
  assert.is(page.questions.length, 2);
});

test('of many lines the records are asked for when the pointer rests', async () => {
  const clock = new FakeClock();
  const names = Array.from({ length: 101 }, (_, i) => `run${i}`);
  const page = pageOf(Object.fromEntries(names.map((run) => [run, logged(2000)])), {}, clock);
  const lines = names.map(page.lineOf);
  for (const place of [100, 2000]) {
    page.records.ask(lines, place);
    await clock.pass(40);
  }
  assert.equal(page.questions, []);
  await clock.pass(20);
  assert.equal(
    page.questions.map(({ spans }) => [spans.length, spans.every(({ from, to }) => from <= 2000 && to >= 2000)]),
    [[101, true]],
  );
  assert.is(rowAt(page, lines[100]!, 2000)[0], 2001);
  page.records.ask(lines, 3000);
  page.records.stop();
  await clock.pass(100);
  assert.is(page.questions.length, 1);
});

test('a run that resumed has its new records', async () => {
  const page = pageOf({ a: logged(5000) });
  await page.ask([page.lineOf('a')], 6001);
  page.archive.takerOf('a').start(3000);
  for (let i = 1000; i < 5000; i++) page.archive.takerOf('a').scalar('loss', 3 * i, 9000 + i, -i);
  page.update();
  const line = page.lineOf('a');
  await page.ask([line], 6001);
  assert.equal(rowAt(page, line, 6001).slice(0, 2), [6000, -2000]);
});

test.run();
