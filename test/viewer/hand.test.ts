import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Hand } from '../../viewer/hand.ts';

test('a hand moves from what it does until it has done nothing for a while', async () => {
  for (const type of ['pointermove', 'wheel', 'keydown', 'scroll']) {
    const element = new EventTarget();
    const hand = new Hand({ pointer: element, keys: element, scrolled: element });
    assert.is(hand.moves, false);
    element.dispatchEvent(new Event(type));
    assert.is(hand.moves, true, type);
    if (type !== 'scroll') continue;
    await new Promise((resolve) => setTimeout(resolve, 350));
    assert.is(hand.moves, false);
  }
});

test('a hand that was stopped hears nothing', () => {
  const element = new EventTarget();
  const hand = new Hand({ pointer: element, keys: element, scrolled: element });
  hand.stop();
  element.dispatchEvent(new Event('wheel'));
  assert.is(hand.moves, false);
});

test.run();
