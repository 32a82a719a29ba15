import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nameFilter } from '../../../viewer/names/name-filter.ts';

const TAGS = ['conv1', 'Conv2/weight', 'fc1/weight', 'fc1.bias', 'a+b', '[x'];
const of = (text: string) => TAGS.filter(nameFilter(text).matches);

test('a tag must contain all words, in any case', () => {
  assert.equal(of('conv'), ['conv1', 'Conv2/weight']);
  assert.equal(of('WEIGHT fc'), ['fc1/weight']);
  assert.equal(of(''), TAGS);
  assert.equal(of('  '), TAGS);
});

test('plain text is not a regular expression', () => {
  assert.equal(of('a+b'), ['a+b']);
  assert.equal(of('.'), ['fc1.bias']);
  assert.equal(of('['), ['[x']);
});

test('text between slashes is a regular expression', () => {
  assert.equal(of('/^fc/'), ['fc1/weight', 'fc1.bias']);
  assert.equal(of('/CONV/i'), ['conv1', 'Conv2/weight']);
  assert.equal(of('/2/weight/'), ['Conv2/weight']);
});

test('a global or sticky expression finds the same tags each time', () => {
  const { matches } = nameFilter('/fc1/gy');
  assert.equal(TAGS.filter(matches), ['fc1/weight', 'fc1.bias']);
  assert.equal(TAGS.filter(matches), ['fc1/weight', 'fc1.bias']);
});

test('an invalid expression gives a mistake, and hides nothing', () => {
  for (const wrong of ['/(/', '/a/q']) {
    const { matches, mistake } = nameFilter(wrong);
    assert.match(mistake!, /invalid/i);
    assert.equal(TAGS.filter(matches), TAGS);
  }
  assert.is(nameFilter('/a/').mistake, undefined);
});

test('a repetition within a repetition is refused with a sentence, before it is run', () => {
  for (const [nested, what] of [
    ['/(a+)+$/', '(a+)+'],
    ['/x(?:a*b?)*/', '(?:a*b?)*'],
    ['/((seed)+_)+/', '((seed)+_)+'],
    ['/(?<name>[+]\\d{1,})+/i', '(?<name>[+]\\d{1,})+'],
    ['/(\\w{2,9}){3,}/', '(\\w{2,9}){3,}'],
  ] as const) {
    const { matches, mistake } = nameFilter(nested);
    assert.is(mistake, `A repetition within a repetition may take forever: ${what}`);
    assert.ok(matches('a'.repeat(500)));
  }
  // A fixed number, an option, and signs that repeat nothing.
  for (const fine of ['/(a{3})+/', '/(a+)?/', '/([+*])+/', '/(\\+)+/', '/(a+)(b)+/', '/(a|b)+c+/', '/a+b*/', '/)+/']) {
    assert.not.match(nameFilter(fine).mistake ?? '', /forever/, fine);
  }
});

test.run();
