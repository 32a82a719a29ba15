import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatCount,
  formatShare,
  formatShort,
  formatTicks,
  formatValue,
} from '../../../viewer/cards/format-numbers.ts';

test('formatValue() has four significant digits, and an exponent instead of many zeros', () => {
  assert.equal(
    [0, 0.1, -12.3456, 1e-5, 123456, 1.5e6, 1e30, -0].map((x) => formatValue(x)),
    ['0', '0.1', '−12.35', '1e−5', '1.235e5', '1.5e6', '1e30', '0'],
  );
  assert.equal(
    [Number.NaN, Infinity, -Infinity].map((x) => formatValue(x)),
    ['NaN', '+Inf', '−Inf'],
  );
  assert.is(formatValue(0.123456789, 8), '0.12345679');
});

test('formatCount() has all digits, in groups of three', () => {
  assert.equal([0, 999, 1000, 1234567, 12.5, 1e21].map(formatCount), [
    '0',
    '999',
    '1,000',
    '1,234,567',
    '12.5',
    '1e21',
  ]);
  assert.is(formatCount(Number.NaN), 'NaN');
});

test('formatShort() has three digits and a unit prefix', () => {
  assert.equal([0, 7, 999, 1000, 1234, 999_900, 35e6, 2e9].map(formatShort), [
    '0',
    '7',
    '999',
    '1k',
    '1.23k',
    '1M',
    '35M',
    '2G',
  ]);
});

test('formatShare() is 0 % and 100 % only for exactly 0 and 1', () => {
  assert.equal([0, 1e-9, 0.001, 0.1254, 0.99999, 1].map(formatShare), [
    '0 %',
    '<0.1 %',
    '0.1 %',
    '12.5 %',
    '>99.9 %',
    '100 %',
  ]);
});

test('formatTicks() has just enough digits to tell ticks apart', () => {
  assert.equal(formatTicks([0.1, 0.2, 0.30000000000000004]), ['0.1', '0.2', '0.3']);
  assert.equal(formatTicks([1000.001, 1000.002]), ['1000.001', '1000.002']);
  assert.equal(formatTicks([-1e-17, 1]), ['0', '1']);
});

test.run();
