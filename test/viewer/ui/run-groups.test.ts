import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type RunRow, runGroups, runRows } from '../../../viewer/ui/run-groups.ts';

const RUNS = ['baseline', 'dqn__seed1', 'dqn__seed2', 'lr=0.1', 'ppo/1', 'ppo/2', 'ppo/3', 'sac-1'];
const names = (rows: readonly RunRow[]) =>
  rows.map((row) => (row.kind === 'group' ? `${row.group.prefix}*` : RUNS[row.index]!));
const all = () => true;

test('runs are grouped by what is before their last separator; those that share it with no other come first', () => {
  assert.equal(
    runGroups(RUNS).map(({ prefix, runs }) => [prefix, ...runs]),
    [
      ['', 0, 3, 7],
      ['dqn__', 1, 2],
      ['ppo/', 4, 5, 6],
    ],
  );
});

test('a prefix of all runs makes no group', () => {
  assert.equal(runGroups(['a/1', 'a/2']), [{ prefix: '', runs: [0, 1] }]);
  assert.equal(runGroups([]), []);
});

test('groups have a heading, which folds them; the filter leaves out groups without a run', () => {
  assert.equal(names(runRows(RUNS, all, new Set(['ppo/']))), [
    'baseline',
    'lr=0.1',
    'sac-1',
    'dqn__*',
    'dqn__seed1',
    'dqn__seed2',
    'ppo/*',
  ]);
  assert.equal(names(runRows(RUNS, (run) => run.endsWith('1'), new Set())), [
    'lr=0.1',
    'sac-1',
    'dqn__*',
    'dqn__seed1',
    'ppo/*',
    'ppo/1',
  ]);
});

test('a thousand runs have a line each, and one for each group', () => {
  const many = Array.from({ length: 1000 }, (_, i) => `sweep${i % 25}/trial_${i}`);
  assert.is(runRows(many, all, new Set()).length, 1025);
});

test.run();
