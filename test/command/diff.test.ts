// layertap diff and layertap record, the built command in its own process.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, writeSafetensors } from '../../src/safetensors/index.ts';
import { built } from '../built.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';

const COMMAND = built('command.js');
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/inspect/${name}`, import.meta.url));

function run(...inputs: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...inputs], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('layertap diff ends with 0 for PASS, 1 for FAIL and 2 for INCONCLUSIVE', () => {
  const recording = fixture('text.safetensors');
  const passed = run('diff', recording, fixture('text.onnx'));
  assert.is(passed.status, 0, passed.stderr);
  assert.match(passed.stdout, /^PASS\n/);
  const failed = run('diff', recording, fixture('text.tanh.onnx'));
  assert.is(failed.status, 1, failed.stderr);
  assert.match(failed.stdout, /^FAIL: "gelu" \(GELU\) differs/);
  const other = run('diff', recording, fixture('vision.safetensors'));
  assert.is(other.status, 2, other.stderr);
  assert.match(other.stdout, /^INCONCLUSIVE: /);
});

test('layertap diff --json prints the verdict, the first module and the coverage', () => {
  const { status, stdout } = run('diff', fixture('vision.safetensors'), fixture('vision.flipped.onnx'), '--json');
  assert.is(status, 1);
  const { verdict, first, coverage } = JSON.parse(stdout);
  assert.equal([verdict, first.path, coverage], ['FAIL', 'flip', 1]);
});

test('layertap diff takes a map for modules with other names', () => {
  const args = ['diff', fixture('text.safetensors'), fixture('text.onnx'), '--json', '--map', 'fc1=fc2'];
  const { stdout } = run(...args);
  const { modules } = JSON.parse(stdout) as { modules: { path: string; pathInB: string }[] };
  assert.is(modules.find(({ path }) => path === 'fc1')!.pathInB, 'fc2');
  assert.is(modules.find(({ path }) => path === 'gelu')!.pathInB, 'gelu');
});

test('layertap record writes a file that layertap diff compares', () => {
  const folder = temporaryDirectory();
  const [inputs, output] = [join(folder, 'x.safetensors'), join(folder, 'run.safetensors')];
  const ids = [...readSafetensors(readFileSync(fixture('text.safetensors'))).values()].find(
    ({ dtype }) => dtype === 'I64',
  )!;
  writeFileSync(inputs, writeSafetensors({ x: { data: ids.data as BigInt64Array, shape: ids.shape } }));
  const recorded = run('record', fixture('text.onnx'), '--inputs', inputs, '-o', output, '--json');
  assert.is(recorded.status, 0, recorded.stderr);
  assert.equal(JSON.parse(recorded.stdout), { file: output, bytes: readFileSync(output).length });
  const { stdout: text } = run('record', fixture('text.onnx'), '--inputs', inputs, '-o', output);
  assert.is(text, `${output}: ${(readFileSync(output).length / 1e3).toFixed(1)} kB\n`);
  const { status, stdout } = run('diff', fixture('text.safetensors'), output);
  assert.is(status, 0, stdout);
  assert.match(run('diff', output, fixture('text.row.onnx')).stdout, /^FAIL: "fc2/);
});

test('recordings that are torn, of the future or of another model are inconclusive; files that are missing and wrong arguments say so', () => {
  const folder = temporaryDirectory();
  const torn = join(folder, 'torn.safetensors');
  writeFileSync(torn, readFileSync(fixture('text.safetensors')).subarray(0, 500));
  const { status, stdout } = run('diff', torn, fixture('text.onnx'));
  assert.is(status, 2);
  assert.match(stdout, /^INCONCLUSIVE: compare\(\): .*torn\.safetensors cannot be read\n/);
  const future = join(folder, 'future.safetensors');
  const bytes = readFileSync(fixture('text.safetensors'), 'latin1');
  writeFileSync(future, bytes.replace('\\"version\\": 1', '\\"version\\": 9'), 'latin1');
  for (const args of [
    [future, fixture('text.onnx')],
    [fixture('text.safetensors'), future],
  ]) {
    const newer = run('diff', ...args);
    assert.is(newer.status, 2);
    assert.match(
      newer.stdout,
      /^INCONCLUSIVE: .*future\.safetensors cannot be read\n.*version must be 1, got the number 9: a newer layertap wrote it/,
    );
  }
  const other = run('diff', fixture('text.safetensors'), fixture('mlp.safetensors'), '--json');
  assert.is(other.status, 2);
  assert.is(JSON.parse(other.stdout).verdict, 'INCONCLUSIVE');
  const failure = (code: number, message: RegExp, ...inputs: string[]) => {
    const { status, stderr } = run(...inputs);
    assert.is(status, code, stderr);
    assert.match(stderr, message);
  };
  // 1 would say that the models differ.
  failure(2, /nothing\.safetensors cannot be read: ENOENT/, 'diff', 'nothing.safetensors', torn);
  failure(2, /nothing\.onnx cannot be opened: .*the source cannot be read/, 'diff', torn, 'nothing.onnx');
  const garbage = join(folder, 'garbage.onnx');
  writeFileSync(garbage, 'no graph');
  failure(2, /garbage\.onnx cannot be opened: createOnnx\(\)/, 'diff', fixture('text.safetensors'), garbage);
  failure(
    2,
    /map must have paths of a, got "nothing"\n {2}nearest: \w+, /,
    'diff',
    fixture('text.safetensors'),
    fixture('text.onnx'),
    '--map',
    'nothing=fc1',
  );
  failure(2, /diff: there must be two files, got 1/, 'diff', torn);
  failure(2, /the recording comes first: layertap diff <recording> model\.onnx/, 'diff', 'model.onnx', torn);
  failure(2, /--map must be <path>=<path>, got "fc1"/, 'diff', torn, torn, '--map', 'fc1');
  failure(2, /record: --inputs is missing/, 'record', fixture('text.onnx'));
  failure(
    1,
    /must have the inputs x, got /,
    'record',
    fixture('text.onnx'),
    '--inputs',
    fixture('text.weights.safetensors'),
  );
});

test.run();
