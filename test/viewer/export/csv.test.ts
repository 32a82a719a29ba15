import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toCsv } from '../../../viewer/export/csv.ts';

test('fields are quoted as RFC 4180 says', () => {
  assert.is(
    toCsv([['a', 'b c', 'd,e', 'say "x"', 'two\nlines', 'cr\rlf', '']]),
    'a,b c,"d,e","say ""x""","two\nlines","cr\rlf",\r\n',
  );
});

test('every row ends with CR LF', () => {
  assert.is(
    toCsv([
      ['a', 'b'],
      [1, 2],
    ]),
    'a,b\r\n1,2\r\n',
  );
  assert.is(toCsv([]), '');
});

test('numbers come back as they are', () => {
  const numbers = [-0.1, 1e-300, 1e21, Number.NaN, Number.NEGATIVE_INFINITY, 0.1 + 0.2];
  const fields = toCsv([numbers]).trimEnd().split(',');
  assert.equal(fields.map(Number), numbers);
});

test('a tag that a spreadsheet would take for a formula is a text', () => {
  const evil = ['=cmd|calc', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1'];
  for (const tag of evil) {
    const field = toCsv([[tag]])
      .slice(0, -2)
      .replace(/^"|"$/g, '');
    assert.is(field, `'${tag}`, JSON.stringify(tag));
  }
  assert.is(toCsv([['=HYPERLINK("http://x","y"),1']]), `"'=HYPERLINK(""http://x"",""y""),1"\r\n`);
});

test('a negative number is no formula', () => assert.is(toCsv([[-1]]), '-1\r\n'));

test.run();
