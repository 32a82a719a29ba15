import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BackPressure } from '../../viewer/back-pressure.ts';

const work = (milliseconds: number) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};
async function waited(promise: Promise<void> | undefined): Promise<number> {
  const start = performance.now();
  await promise;
  return performance.now() - start;
}
const nothing = () => {};

test('after the first points there is time to show them', async () => {
  const intake = new BackPressure({ isActive: false });
  assert.ok((await waited(intake.take(nothing))) >= 145);
  assert.ok((await waited(intake.take(nothing))) < 100);
});

test('while nobody moves anything, a source waits for no more than a turn of the page', async () => {
  const intake = new BackPressure({ isActive: false });
  await intake.take(nothing);
  assert.ok((await waited(intake.take(() => work(30)))) < 60);
  assert.is(intake.take(nothing), undefined);
});

test('while a hand moves, a source waits so that frames have time, for all batches that came', async () => {
  const intake = new BackPressure({ isActive: true });
  const first = waited(intake.take(() => work(12)));
  const second = waited(intake.take(() => work(12)));
  assert.ok((await first) >= 70);
  assert.ok((await second) >= 130);
});

test('while a hand moves, a source waits also where taking is done at once', async () => {
  assert.ok((await waited(new BackPressure({ isActive: true }).take(nothing))) >= 55);
});

test.run();
