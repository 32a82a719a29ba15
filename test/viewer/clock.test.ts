import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { oncePerFrame } from '../../viewer/clock.ts';
import { FakeClock } from './fake-clock.ts';

test('oncePerFrame() acts once in the next frame, and again in a later one', () => {
  const clock = new FakeClock();
  let calls = 0;
  const request = oncePerFrame(() => calls++, clock);
  for (let i = 0; i < 3; i++) request();
  assert.is(calls, 0);
  clock.runFrame();
  assert.is(calls, 1);
  clock.runFrame();
  assert.is(calls, 1);
  request();
  clock.runFrame();
  assert.is(calls, 2);
});

test.run();
