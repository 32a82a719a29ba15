import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readOptions } from '../../src/tensorboard/writer-options.ts';

test("readOptions() has PyTorch's defaults", () => {
  const none = { purgeStep: undefined, sink: undefined, reader: undefined };
  const defaults = { comment: '', flushSecs: 120, maxQueue: 10, filenameSuffix: '', ...none };
  assert.equal(readOptions({}), defaults);
  assert.equal(readOptions({ comment: undefined, maxQueue: undefined }), defaults);
});

test('readOptions() takes what is given', () => {
  const sink = { create: () => ({ append() {} }) };
  const reader = {
    is: (_value: unknown): _value is never => false,
    shape: () => [],
    values: () => new Float32Array(0),
    keep: (t: never) => t,
  };
  const options = { comment: '_c', purgeStep: 3n, flushSecs: 0, maxQueue: 1, filenameSuffix: '.s', sink, reader };
  assert.equal(readOptions(options), options);
  assert.is(readOptions({ flushSecs: Infinity, maxQueue: Infinity }).maxQueue, Infinity);
});

test('readOptions() names an option that it does not know', () => {
  assert.throws(
    () => readOptions({ max_queue: 3 }),
    /^SummaryWriter: unknown option max_queue; there are comment, purgeStep, maxQueue, flushSecs, filenameSuffix, sink, reader$/,
  );
  assert.throws(() => readOptions({ toString: 3 }), /unknown option toString/);
});

test('readOptions() says which option is wrong', () => {
  const wrong: [options: unknown, message: string][] = [
    [{ comment: 3 }, 'option comment is the number 3; expected a string'],
    [{ filenameSuffix: null }, 'option filenameSuffix is null; expected a string without a path separator'],
    [{ flushSecs: '3' }, 'option flushSecs is the string "3"; expected seconds, 0 or more'],
    [{ flushSecs: -1 }, 'option flushSecs is the number -1; expected seconds, 0 or more'],
    [{ flushSecs: NaN }, 'option flushSecs is the number NaN; expected seconds, 0 or more'],
    [{ maxQueue: 0 }, 'option maxQueue is the number 0; expected a whole number, 1 or more, or Infinity'],
    [{ maxQueue: 1.5 }, 'option maxQueue is the number 1.5; expected a whole number, 1 or more, or Infinity'],
    [{ maxQueue: '5' }, 'option maxQueue is the string "5"; expected a whole number, 1 or more, or Infinity'],
    [{ filenameSuffix: '/x' }, 'option filenameSuffix is the string "/x"; expected a string without a path separator'],
    [{ purgeStep: '3' }, 'option purgeStep is the string "3"; expected a number or a bigint'],
    [{ sink: {} }, 'option sink is an Object; expected an object with a method create()'],
    [{ reader: { is() {} } }, 'option reader is an Object; expected a TensorReader'],
    [null, 'options is null; expected an object'],
    ['x', 'options is the string "x"; expected an object'],
    [[1], 'options is an array of length 1; expected an object'],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => readOptions(options),
      (error: Error) => {
        assert.instance(error, TypeError);
        assert.is(error.message, `SummaryWriter: ${message}`);
        return true;
      },
    );
  }
});

test.run();
