import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Rounds } from '../../../../viewer/sources/live/rounds.ts';

const [a, b, c] = [{}, {}, {}];

/** Calls modules one after the other, and says which of them were captured. */
function call(rounds: Rounds, modules: readonly object[]): boolean[] {
  return modules.map((module) => {
    const taken = rounds.open && rounds.takes(module);
    if (taken) rounds.captured();
    return taken;
  });
}

test('a module called twice in a forward is captured once, and the round is completed', () => {
  assert.equal(call(new Rounds(3, () => true), [a, b, b, c]), [true, true, false, true]);
});

test('no round begins without a budget, nor in the middle of a forward', () => {
  let may = true;
  const rounds = new Rounds(2, () => may);
  assert.equal(call(rounds, [a, b]), [true, true]);
  may = false;
  rounds.update();
  assert.equal(call(rounds, [a]), [false]);
  may = true;
  rounds.update();
  assert.equal(call(rounds, [b, a, b]), [false, true, true]);
});

test('rounds begin with another module if the first one is left out', () => {
  const rounds = new Rounds(3, () => true);
  assert.equal(call(rounds, [a, b, c]), [true, true, true]);
  rounds.leaveOut(a);
  assert.equal(call(rounds, [b, c]), [true, true]);
});

test.run();
