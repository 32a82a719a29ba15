// layertap summary and layertap profile, the built command in its own process.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeSafetensors } from '../../src/safetensors/index.ts';
import { pathOf } from '../adapters/onnx/load.ts';
import { built } from '../built.ts';
import { fixtureJson } from '../fixtures/fixture.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';

const COMMAND = built('command.js');
const { mlp } = fixtureJson<{ mlp: { parameters: number; multiplyAdds: number } }>('inspect/summaries.json');

function run(...inputs: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...inputs], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('layertap summary prints the table, with given inputs and with zeros', () => {
  const inputs = join(temporaryDirectory(), 'x.safetensors');
  writeFileSync(inputs, writeSafetensors({ x: { dtype: 'F32', shape: [3, 5], data: new Float32Array(15) } }));
  const given = run('summary', pathOf('mlp.legacy'), '--inputs', inputs, '--json');
  assert.is(given.status, 0, given.stderr);
  const { totals, modules } = JSON.parse(given.stdout);
  // What torchinfo says.
  assert.equal([totals.parameters, totals.multiplyAdds], [mlp.parameters, mlp.multiplyAdds]);
  assert.equal(modules[0].inputs, [[3, 5]]);
  const zeros = run('summary', pathOf('mlp.legacy'));
  assert.is(zeros.status, 0, zeros.stderr);
  assert.match(zeros.stdout, /^module +type .*\n─+\n\(the model\) +OnnxModel/);
  assert.match(zeros.stdout, new RegExp(`\nparameters ${mlp.parameters}, `));
});

test('layertap summary without a model, and with a wrong one', () => {
  const none = run('summary');
  assert.is(none.status, 2);
  assert.match(none.stderr, /summary: there must be one \.onnx file, got 0/);
  const missing = run('summary', 'missing.onnx');
  assert.is(missing.status, 1);
  assert.match(missing.stderr, /^layertap: [\s\S]*missing\.onnx/);
});

test('layertap profile prints the times of the layers, with zeros or given inputs', () => {
  const table = run('profile', pathOf('mlp.legacy'), '--runs', '2');
  assert.is(table.status, 0, table.stderr);
  assert.match(table.stdout, /^module +type +calls +total ms +own ms +share\n/);
  assert.match(table.stdout, /^fc1\.Gemm +Gemm +1 /m);
  const json = run('profile', pathOf('mlp.legacy'), '--json');
  const { total, unhooked, modules } = JSON.parse(json.stdout);
  assert.ok(total > 0 && unhooked > 0);
  assert.equal(Object.keys(modules.find(({ path }: { path: string }) => path === 'fc1')), [
    'path',
    'kind',
    'calls',
    'total',
    'own',
  ]);
  const wrong = run('profile', pathOf('mlp.legacy'), '--runs', '0');
  assert.is(wrong.status, 2);
  assert.match(wrong.stderr, /--runs must be a number from 1 to 999999, got "0"/);
  assert.match(run('profile').stderr, /profile: there must be one \.onnx file, got 0/);
});

test.run();
