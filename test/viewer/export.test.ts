import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileName, toCsv, toJson } from '../../viewer/export.ts';

test('toCsv() quotes fields as RFC 4180 says', () => {
  assert.is(
    toCsv([['a', 'b c', 'd,e', 'say "x"', 'two\nlines', 'cr\rlf', '']]),
    'a,b c,"d,e","say ""x""","two\nlines","cr\rlf",\r\n',
  );
});

test('toCsv() ends every row with CR LF', () => {
  assert.is(
    toCsv([
      ['a', 'b'],
      [1, 2],
    ]),
    'a,b\r\n1,2\r\n',
  );
  assert.is(toCsv([]), '');
});

test('toCsv() writes numbers that read back exactly', () => {
  const numbers = [-0.1, 1e-300, 1e21, Number.NaN, Number.NEGATIVE_INFINITY, 0.1 + 0.2];
  const fields = toCsv([numbers]).trimEnd().split(',');
  assert.equal(fields.map(Number), numbers);
});

test('toCsv() keeps a spreadsheet from reading a tag as a formula', () => {
  const evil = ['=cmd|calc', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1'];
  for (const tag of evil) {
    const field = toCsv([[tag]])
      .slice(0, -2)
      .replace(/^"|"$/g, '');
    assert.is(field, `'${tag}`, JSON.stringify(tag));
  }
  assert.is(toCsv([['=HYPERLINK("http://x","y"),1']]), `"'=HYPERLINK(""http://x"",""y""),1"\r\n`);
});

test('toCsv() leaves negative numbers alone', () => assert.is(toCsv([[-1]]), '-1\r\n'));

test('toJson() makes rows objects with the names of the heading', () => {
  assert.equal(
    JSON.parse(
      toJson([
        ['run', 'step', 'count'],
        ['a', 1, 0.5],
        ['b "c"', 2, -1e-300],
      ]),
    ),
    [
      { run: 'a', step: 1, count: 0.5 },
      { run: 'b "c"', step: 2, count: -1e-300 },
    ],
  );
});

test('toJson() writes NaN and infinities as strings', () => {
  const [row] = JSON.parse(
    toJson([
      ['a', 'b', 'c'],
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]),
  );
  assert.equal(row, { a: 'NaN', b: 'Infinity', c: '-Infinity' });
});

test('toJson() of no rows is an empty list', () => {
  assert.equal(JSON.parse(toJson([['a']])), []);
  assert.equal(JSON.parse(toJson([])), []);
});

test('toJson() takes any column name', () => {
  assert.is(toJson([['__proto__'], [7]]), '[\n{"__proto__":7}\n]\n');
});

const CASES: [tag: string, name: string][] = [
  ['activations/block1.conv', 'activations_block1.conv'],
  ['a, run 1', 'a_run_1'],
  ['../../etc/passwd', 'etc_passwd'],
  ['.hidden', 'hidden'],
  ['C:\\x\\y', 'C_x_y'],
  ['a\0b\nc', 'a_b_c'],
  ['<img src=x onerror=alert(1)>', 'img_src_x_onerror_alert_1'],
  ['schön/weiß', 'schön_weiß'],
  ['层/卷积', '层_卷积'],
  ['con', 'card_con'],
  ['COM1.x', 'card_COM1.x'],
  ['conv1', 'conv1'],
  ['///', 'card_'],
  ['', 'card_'],
];

for (const [tag, name] of CASES) {
  test(`${JSON.stringify(tag)} is saved as ${name}`, () => assert.is(fileName(tag), name));
}

test('fileName() has at most a hundred code units, and does not cut a surrogate pair', () => {
  assert.is(fileName('x'.repeat(500)).length, 100);
  const cut = fileName(`${'x'.repeat(99)}𝒳𝒳`);
  assert.is(Buffer.from(cut).toString(), cut);
});

test.run();
