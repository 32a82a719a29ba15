import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ANYTHING,
  BOOLEAN,
  check,
  checkOptions,
  FUNCTION,
  isPlainObject,
  NONEMPTY_STRING,
  oneOf,
  POSITIVE_INTEGER,
  type Rule,
  rule,
  STRING,
} from '../../src/check/index.ts';

const RULES: [rule: Rule, accepted: unknown[], refused: unknown[], message: string][] = [
  [BOOLEAN, [true, false], [0, 'true', null], 'true or false'],
  [FUNCTION, [() => {}, async () => {}], [{}, 'f', class {}], 'a function'],
  [STRING, ['', 'a'], [1, null], 'a string'],
  [NONEMPTY_STRING, ['a'], ['', 1], 'a string that is not empty'],
  [POSITIVE_INTEGER, [1, 2 ** 53 - 1], [0, -1, 1.5, 2 ** 53, NaN, Infinity, '1', 1n], 'a whole number of at least 1'],
  [ANYTHING, [undefined, null, 1], [], 'anything'],
  [oneOf(['a', 'b']), ['a', 'b'], ['c', 'A', 1], "one of 'a', 'b'"],
];

test('each rule accepts its values, refuses others, and says what a value must be', () => {
  for (const [one, accepted, refused, message] of RULES) {
    for (const value of accepted) check('here', 'it', value, one);
    for (const value of refused) {
      assert.throws(
        () => check('here', 'it', value, one),
        (error: Error) => error.message.startsWith(`here: it must be ${message}, got `),
        `${message}: ${String(value)}`,
      );
    }
  }
});

test('a rule throws the error that it names', () => {
  const thrown = (one: Rule) => {
    try {
      check('here', 'it', 'x', one);
    } catch (error) {
      return (error as Error).constructor;
    }
    return undefined;
  };
  assert.is(thrown(BOOLEAN), TypeError);
  assert.is(thrown(POSITIVE_INTEGER), RangeError);
  assert.is(thrown(rule('even', () => false, SyntaxError)), SyntaxError);
});

test('checkOptions() checks names and values; an option that is undefined counts as absent', () => {
  const known = { strict: BOOLEAN, every: POSITIVE_INTEGER };
  checkOptions('here', {}, known);
  checkOptions('here', { strict: false, every: undefined }, known);
  checkOptions('here', { strict: 5 }, ['strict']);
  const refused: [options: unknown, message: string][] = [
    [null, 'here: the options must be an object, got null'],
    [[], 'here: the options must be an object, got an array of length 0'],
    [{ strct: true }, 'here: unknown option "strct"; the options are strict, every'],
    [{ strct: undefined }, 'here: unknown option "strct"; the options are strict, every'],
    [{ strict: 1 }, 'here: option "strict" must be true or false, got the number 1'],
    [{ every: 0 }, 'here: option "every" must be a whole number of at least 1, got the number 0'],
  ];
  for (const [options, message] of refused) {
    assert.throws(
      () => checkOptions('here', options, known),
      (error: Error) => error.message === message,
      message,
    );
  }
  assert.throws(() => checkOptions('here', { a: 1 }, {}), /unknown option "a"; it takes no options$/);
  assert.throws(() => checkOptions('here', { toString: 1 }, known), /unknown option "toString"/);
});

test('isPlainObject() takes object literals of any realm and objects without a prototype', () => {
  for (const plain of [{}, { a: 1 }, Object.create(null), runInNewContext('({ a: 1 })')])
    assert.ok(isPlainObject(plain));
  const others = [null, undefined, 1, 'a', [], new Map(), new Date(0), () => {}, new (class {})(), Object.create({})];
  for (const other of others) assert.not.ok(isPlainObject(other), String(other));
});

test.run();
