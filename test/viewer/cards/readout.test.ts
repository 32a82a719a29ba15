import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RECORD_COLUMNS, readoutRows } from '../../../viewer/cards/readout.ts';

test('each row of the file has all columns, also that of a run without a record', () => {
  const columns = [{ name: 'value', format: String }, ...RECORD_COLUMNS];
  const rows = [
    { run: 'a', colour: '#000', values: [0.5, 7, undefined] },
    { run: 'b', colour: '#000', values: [] },
  ];
  assert.equal(readoutRows({ columns, rows }), [
    ['run', 'value', 'step', 'relative_seconds'],
    ['a', 0.5, 7, ''],
    ['b', '', '', ''],
  ]);
});

test.run();
