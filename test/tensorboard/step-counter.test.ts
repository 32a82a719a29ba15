import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StepCounter } from '../../src/tensorboard/step-counter.ts';

test('StepCounter counts each tag from 0 by default', () => {
  const steps = new StepCounter();
  const take = (tag: string) => {
    const step = steps.resolve('here', tag, undefined);
    steps.advance(tag, step);
    return step;
  };
  assert.equal([take('a'), take('a'), take('b'), take('a')], [0n, 1n, 0n, 2n]);
});

test('StepCounter continues after a given step', () => {
  const steps = new StepCounter();
  steps.advance('a', steps.resolve('here', 'a', 10));
  assert.is(steps.resolve('here', 'a', undefined), 11n);
  steps.advance('a', steps.resolve('here', 'a', -3n));
  assert.is(steps.resolve('here', 'a', undefined), -2n);
  assert.is(steps.resolve('here', 'b', undefined), 0n);
});

test('StepCounter.resolve() changes nothing', () => {
  const steps = new StepCounter();
  steps.resolve('here', 'a', 10);
  assert.is(steps.resolve('here', 'a', undefined), 0n);
});

test('StepCounter.resolve() takes every whole number that float64 holds exactly', () => {
  const steps = new StepCounter();
  const given = [1, -1, -0, Number.MAX_SAFE_INTEGER];
  assert.equal(
    given.map((step) => steps.resolve('here', 'a', step)),
    [1n, -1n, 0n, 9007199254740991n],
  );
});

test('StepCounter.resolve() takes every int64 as a bigint', () => {
  const steps = new StepCounter();
  for (const step of [-(2n ** 63n), 2n ** 63n - 1n]) assert.is(steps.resolve('here', 'a', step), step);
});

test('StepCounter.resolve() refuses anything but an int64', () => {
  const steps = new StepCounter();
  for (const step of [NaN, Infinity, -Infinity, 2 ** 53, 1e300, 1.5, -0.5]) {
    assert.throws(
      () => steps.resolve('here', 'a', step),
      (error: Error) => {
        assert.instance(error, RangeError);
        assert.match(error.message, /^here: step must be a whole number within the safe integers, or a bigint, got /);
        return true;
      },
    );
  }
  for (const step of [2n ** 63n, -(2n ** 63n) - 1n]) {
    assert.throws(() => steps.resolve('here', 'a', step), /^here: step must be from .*, got -?9223372036854775\d+$/);
  }
  for (const [step, name] of [
    ['3', 'the string "3"'],
    [null, 'null'],
    [true, 'the boolean true'],
    [[1], 'an array of length 1'],
  ]) {
    assert.throws(
      () => steps.resolve('here', 'a', step),
      (error: Error) => {
        assert.instance(error, TypeError);
        assert.is(error.message, `here: step must be a number or a bigint, got ${name}`);
        return true;
      },
    );
  }
});

test('StepCounter refuses to count beyond an int64', () => {
  const steps = new StepCounter();
  steps.advance('a', 2n ** 63n - 1n);
  assert.throws(() => steps.resolve('here', 'a', undefined), /step must be from .*, got 9223372036854775808$/);
});

test.run();
