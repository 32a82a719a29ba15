import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { userActivity } from '../../viewer/user-activity.ts';
import { FakeClock } from './fake-clock.ts';

function activityOn(target: EventTarget) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const activity = userActivity({ pointer: target, keys: target, scrolled: target }, clock, abort.signal);
  return { abort, clock, activity };
}

for (const type of ['pointermove', 'wheel', 'keydown', 'scroll']) {
  test(`the user is active for 300 ms after a ${type} event`, () => {
    const target = new EventTarget();
    const { clock, activity } = activityOn(target);
    assert.is(activity.isActive, false);
    target.dispatchEvent(new Event(type));
    assert.is(activity.isActive, true);
    clock.spend(299);
    assert.is(activity.isActive, true);
    clock.spend(1);
    assert.is(activity.isActive, false);
  });
}

test('once the signal aborts, events are ignored', () => {
  const target = new EventTarget();
  const { abort, activity } = activityOn(target);
  abort.abort();
  target.dispatchEvent(new Event('wheel'));
  assert.is(activity.isActive, false);
});

test.run();
