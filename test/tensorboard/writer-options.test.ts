import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readOptions } from '../../src/tensorboard/writer-options.ts';

test("readOptions() has PyTorch's defaults", () => {
  const none = { purgeStep: undefined, sink: undefined, reader: undefined };
  const defaults = { comment: '', flushSecs: 120, maxQueue: 10, filenameSuffix: '', ...none };
  assert.equal(readOptions({}), defaults);
  assert.equal(readOptions({ comment: undefined, maxQueue: undefined }), defaults);
});

test('readOptions() returns the given options', () => {
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

test('readOptions() names an unknown option', () => {
  assert.throws(
    () => readOptions({ max_queue: 3 }),
    /^SummaryWriter: unknown option "max_queue"; the options are comment, purgeStep, maxQueue, flushSecs, filenameSuffix, sink, reader$/,
  );
  assert.throws(() => readOptions({ toString: 3 }), /unknown option "toString"/);
});

test('readOptions() says which option is wrong', () => {
  const wrong: [options: unknown, message: string][] = [
    [{ comment: 3 }, 'option "comment" must be a string, got the number 3'],
    [{ filenameSuffix: null }, 'option "filenameSuffix" must be a string without a path separator, got null'],
    [{ flushSecs: '3' }, 'option "flushSecs" must be seconds, 0 or more, got the string "3"'],
    [{ flushSecs: -1 }, 'option "flushSecs" must be seconds, 0 or more, got the number -1'],
    [{ flushSecs: NaN }, 'option "flushSecs" must be seconds, 0 or more, got the number NaN'],
    [{ maxQueue: 0 }, 'option "maxQueue" must be a whole number, 1 or more, or Infinity, got the number 0'],
    [{ maxQueue: 1.5 }, 'option "maxQueue" must be a whole number, 1 or more, or Infinity, got the number 1.5'],
    [{ maxQueue: '5' }, 'option "maxQueue" must be a whole number, 1 or more, or Infinity, got the string "5"'],
    [
      { filenameSuffix: '/x' },
      'option "filenameSuffix" must be a string without a path separator, got the string "/x"',
    ],
    [{ purgeStep: '3' }, 'option "purgeStep" must be a number or a bigint, got the string "3"'],
    [{ sink: {} }, 'option "sink" must be an object with a method create(), got an Object'],
    [{ reader: { is() {} } }, 'option "reader" must be a TensorReader, got an Object'],
    [null, 'the options must be an object, got null'],
    ['x', 'the options must be an object, got the string "x"'],
    [[1], 'the options must be an object, got an array of length 1'],
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
