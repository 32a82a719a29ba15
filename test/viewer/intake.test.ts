import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Intake } from '../../src/viewer/intake.ts';

const work = (milliseconds: number) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};
async function waited(promise: Promise<void> | undefined): Promise<number> {
  const start = performance.now();
  await promise;
  return performance.now() - start;
}

test('while nobody moves anything, a source waits for no more than a turn of the page', async () => {
  const intake = new Intake(new EventTarget() as Element);
  assert.ok((await waited(intake.take(() => work(30)))) < 60);
  assert.is(
    intake.take(() => {}),
    undefined,
  );
});

test('while a hand moves, a source waits so that frames have time, for all batches that came', async () => {
  const element = new EventTarget() as Element;
  const intake = new Intake(element);
  element.dispatchEvent(new Event('pointermove'));
  const first = waited(intake.take(() => work(10)));
  const second = waited(intake.take(() => work(10)));
  assert.ok((await first) >= 55);
  assert.ok((await second) >= 100);
});

test('an intake that was stopped hears no hand', async () => {
  const element = new EventTarget() as Element;
  const intake = new Intake(element);
  intake.stop();
  element.dispatchEvent(new Event('pointermove'));
  assert.ok((await waited(intake.take(() => work(40)))) < 100);
});

test.run();
