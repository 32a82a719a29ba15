// Importing never throws: React Native's Hermes has had no TextDecoder for utf-16le, no WebAssembly and no WeakRef, jsdom in
// Jest has no TextDecoder.
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { built } from './built.ts';

const { library } = (await import('../rollup.config.mjs' as string)) as { library: { input: object } };
const ENTRIES = Object.keys(library.input).filter((name) => name !== 'command');

/** Runs a program, with the built `layertap` as a variable, in a process without some globals. */
function run(lacking: readonly string[], body: string): string {
  const program = `
    for (const name of ${JSON.stringify(lacking)}) delete globalThis[name];
    const layertap = await import(${JSON.stringify(built('index.js'))});
    ${body}
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.is(status, 0, stderr);
  return stdout.trim();
}

const LACKS = [
  ['TextDecoder', 'TextEncoder'],
  ['WebAssembly'],
  ['WeakRef', 'FinalizationRegistry'],
  ['Worker', 'SharedArrayBuffer', 'Atomics'],
  ['TextDecoder', 'TextEncoder', 'WebAssembly', 'WeakRef', 'FinalizationRegistry', 'structuredClone', 'process'],
];

for (const lacking of LACKS) {
  test(`without ${lacking.join(', ')} every entry can be imported, and a hooked layer computes`, () => {
    const imports = ENTRIES.map((name) => `await import(${JSON.stringify(built(`${name}.js`))});`).join('\n');
    const body = `
      ${imports}
      const { Linear, tensor } = layertap;
      const layer = new Linear(2, 1);
      layer.weight.assign([2, 3]);
      layer.bias.assign([1]);
      const seen = [];
      const handle = layer.registerForwardHook((module, inputs, output) => { seen.push(output.item()); });
      layer(tensor([[10, 100]]));
      handle.remove();
      layer(tensor([[10, 100]]));
      console.log(seen.join());
    `;
    assert.is(run(lacking, body), '321');
  });
}

test('without WebAssembly the kernels are plain JavaScript, and say so', () => {
  assert.is(run(['WebAssembly'], 'console.log(layertap.kernelName());'), 'javascript');
});

test.run();
