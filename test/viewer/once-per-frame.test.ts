import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { oncePerFrame } from '../../viewer/once-per-frame.ts';

test('oncePerFrame() acts once in the next frame, and again in a later one', () => {
  const frames: (() => void)[] = [];
  Object.assign(globalThis, { requestAnimationFrame: (run: () => void) => frames.push(run) });
  let done = 0;
  const ask = oncePerFrame(() => done++);
  for (let i = 0; i < 3; i++) ask();
  assert.is(done, 0);
  assert.is(frames.length, 1);
  frames.pop()!();
  assert.is(done, 1);
  ask();
  frames.pop()!();
  assert.is(done, 2);
});

test.run();
