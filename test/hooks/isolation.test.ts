// Failing observers in a real process without handlers for uncaught errors.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { built } from '../built.ts';

built('index.js');
const CHILD = fileURLToPath(new URL('failing-child.mjs', import.meta.url));

/** Runs the child. `reports` are the first lines of the reports on stderr. */
function run(
  failure: string,
  waits: 'with pauses' | 'in a row',
): { status: number | null; stdout: string; reports: string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHILD, failure, waits], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const reports = [...stderr.matchAll(/^(?:\w*Error: )?(layertap: .*)$/gm)].map(([, text]) => text!);
  return { status, stdout: stdout.trim(), reports };
}

const outcome = (calls: number) => JSON.stringify({ same: 1000, calls, listeners: [0, 0] });
const observer =
  /^layertap: the observer (failed|\(anonymous\)) of Linear\(in_features=4, out_features=3, bias=True\) /;

const THREE_AND_GONE: [failure: string, waits: 'with pauses' | 'in a row', calls: number][] = [
  ['throws', 'in a row', 3],
  ['throws', 'with pauses', 3],
  ['rejects', 'with pauses', 3],
  // All thousand calls start before the first rejection.
  ['rejects', 'in a row', 1000],
];

for (const [failure, waits, calls] of THREE_AND_GONE) {
  test(`an observer that ${failure}, 1000 calls ${waits}: same outputs, 3 reports, removed, exit code 0`, () => {
    const { status, stdout, reports } = run(failure, waits);
    assert.is(status, 0);
    assert.is(stdout, outcome(calls));
    assert.is(reports.length, 4);
    for (const report of reports) assert.match(report, observer);
    for (const i of [0, 1, 2]) assert.ok(reports[i]!.endsWith(` failed: no ${i + 1}`), reports[i]);
    assert.match(reports[3]!, / was removed after 3 errors in a row$/);
  });
}

for (const failure of ['throws an uninspectable object', 'throws a revoked proxy']) {
  test(`an observer that ${failure} is isolated like any other`, () => {
    const { status, stdout, reports } = run(failure, 'in a row');
    assert.is(status, 0);
    assert.match(stdout, /^\{"same":1000,/);
    assert.is(reports.length, 4);
    for (const report of reports.slice(0, 3))
      assert.match(report, / the observer \(anonymous\) of Linear\(.*\) failed: /);
    assert.match(reports[3]!, / was removed after 3 errors in a row$/);
  });
}

test('an observer whose reporter rejects is isolated like any other', () => {
  const { status, stdout, reports } = run('throws at a reporter that rejects', 'in a row');
  assert.is(status, 0);
  assert.is(stdout, outcome(3));
  assert.is(reports.length, 4);
  for (const report of reports)
    assert.match(report, /^layertap: the reporter failed \(.*\) on: layertap: the observer failed of /);
});

test('a transform that emits rejections late: same outputs, 1 report, exit code 0', () => {
  const { status, stdout, reports } = run('emits rejections later', 'in a row');
  assert.is(status, 0);
  assert.is(stdout, outcome(1000));
  assert.is(reports.length, 1);
  assert.match(reports[0]!, /^layertap: the transform of Linear\(.*\) emitted a promise after its call had ended; /);
});

test('a throwing subscriber of observe() ends the process, as RxJS defines', () => {
  const { status, stdout } = run('subscriber throws', 'with pauses');
  assert.is(status, 1);
  assert.is(stdout, '');
});

test.run();
