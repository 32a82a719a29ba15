import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backPressure } from '../../viewer/back-pressure.ts';
import { FakeClock } from './fake-clock.ts';

function make(isActive: boolean) {
  const clock = new FakeClock();
  const pace = backPressure({ isActive }, clock);
  /** Takes a batch at this cost. @returns how long the source then waits, once it has waited */
  const take = (cost: number): { waited: number | undefined } => {
    const result: { waited: number | undefined } = { waited: undefined };
    const waiting = pace(() => clock.spend(cost));
    const start = clock.now();
    if (waiting === undefined) result.waited = 0;
    else waiting.then(() => (result.waited = clock.now() - start));
    return result;
  };
  return { clock, pace, take };
}

test('after the first points the page has 150 ms to show them', async () => {
  const { clock, take } = make(false);
  const first = take(40);
  await clock.pass(1000);
  assert.is(first.waited, 150);
});

test('while the user is idle, the page gets a turn every 12 ms', async () => {
  const { clock, pace, take } = make(false);
  take(0);
  await clock.pass(150);
  const second = take(30);
  assert.is(second.waited, undefined);
  await clock.pass(0);
  assert.is(second.waited, 0, 'a task in between, and no longer');
  assert.is(
    pace(() => clock.spend(11)),
    undefined,
  );
  assert.ok(pace(() => clock.spend(1)) instanceof Promise);
});

test('while the user is active, the source pauses six times as long as taking took, batch after batch', async () => {
  const { clock, take } = make(true);
  const [first, second] = [take(20), take(30)];
  await clock.pass(1000);
  assert.is(first.waited, 120);
  // Behind the pause of the first, which was 30 ms old.
  assert.is(second.waited, 90 + 180);
});

test('while the user is active, a pause is at least 100 ms', async () => {
  const { clock, take } = make(true);
  const fast = take(0);
  await clock.pass(1000);
  assert.is(fast.waited, 100);
});

test.run();
