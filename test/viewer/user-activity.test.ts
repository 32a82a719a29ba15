import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserActivity } from '../../viewer/user-activity.ts';

test('a hand moves from what it does until it has done nothing for a while', async () => {
  for (const type of ['pointermove', 'wheel', 'keydown', 'scroll']) {
    const element = new EventTarget();
    const activity = new UserActivity({ pointer: element, keys: element, scrolled: element });
    assert.is(activity.isActive, false);
    element.dispatchEvent(new Event(type));
    assert.is(activity.isActive, true, type);
    if (type !== 'scroll') continue;
    await new Promise((resolve) => setTimeout(resolve, 350));
    assert.is(activity.isActive, false);
  }
});

test('a hand that was stopped hears nothing', () => {
  const element = new EventTarget();
  const activity = new UserActivity({ pointer: element, keys: element, scrolled: element });
  activity.stop();
  element.dispatchEvent(new Event('wheel'));
  assert.is(activity.isActive, false);
});

test.run();
