// Importing never throws: React Native's Hermes has had no TextDecoder for utf-16le, no WebAssembly and no WeakRef, jsdom in
// Jest has no TextDecoder.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
  ['BigInt64Array', 'BigUint64Array', 'Intl'],
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

/** The text of a program that reads a file of this repository. */
const bytesOf = (path: string) =>
  `fs.readFileSync(${JSON.stringify(fileURLToPath(new URL(`../${path}`, import.meta.url)))})`;

const EVENTS = 'test/fixtures/viewer/logs/lr=0.1/events.out.tfevents.1700000000.fixture';

/** What a program asks an entry for, and the class that it needs. */
const ASKED: [lacked: string, entry: string, asked: string][] = [
  ['TextDecoder', 'safetensors', `readSafetensors(${bytesOf('examples/digits/data/weights.safetensors')})`],
  ['TextDecoder', 'tensorboard', `readEvents(${bytesOf(EVENTS)}).next()`],
  ['TextDecoder', 'adapters/onnx', `createOnnx(ort, ${bytesOf('examples/onnx/data/reverse.onnx')})`],
  ['TextEncoder', 'safetensors', 'writeSafetensors(layer.stateDict())'],
  ['TextEncoder', 'inspect', 'record(layer, [x])'],
];

for (const [lacked, entry, asked] of ASKED) {
  test(`without ${lacked}, ${asked.split('(')[0]}() says so in one sentence`, () => {
    const body = `
      const fs = process.getBuiltinModule('node:fs');
      const layer = new layertap.Linear(2, 1);
      const x = layertap.tensor([[1, 2]]);
      const ort = { InferenceSession: { create() {} }, Tensor: class {} };
      const entry = await import(${JSON.stringify(built(`${entry}.js`))});
      try { await entry.${asked}; } catch ({ message }) { console.log(message); }
    `;
    const job = lacked === 'TextDecoder' ? 'reading' : 'writing';
    assert.is(
      run([lacked], body),
      `layertap: ${job} the text of a file needs a ${lacked}, which this engine does not have: load a polyfill of it`,
    );
  });
}

test('without BigInt64Array a file of 64-bit integers is listed, and reading them says what lacks', () => {
  const body = `
    const { readSafetensors } = await import(${JSON.stringify(built('safetensors.js'))});
    const header = '{"step":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}       ';
    const bytes = Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 1, 0, 0, 0, 0, 0, 0, 0]);
    const step = readSafetensors(bytes).get('step');
    console.log(step.dtype, String(step.shape));
    try { step.data; } catch ({ message }) { console.log(message); }
    layertap.tensor(Float32Array.of(1));
  `;
  assert.is(
    run(['BigInt64Array', 'BigUint64Array'], body),
    'I64 1\nlayertap: reading a tensor of type I64 needs a BigInt64Array, which this engine does not have: load a polyfill of it',
  );
});

test('without WeakRef, TextEncoder and structuredClone, hooks, chunks, transforms and clones work', () => {
  const body = `
    const { map } = await import('rxjs');
    const model = { *tokens() { yield 1; yield 2; } };
    const seen = [];
    const handle = layertap.attach(model, 'tokens').observe(layertap.chunks(({ chunk }) => seen.push(chunk ?? 'end')));
    for (const token of model.tokens());
    handle.remove();
    const net = layertap.clone(new layertap.Sequential(new layertap.ReLU()));
    net[0].transform(map((y) => y.add(1)));
    seen.push(net(layertap.tensor([-1, 2])).reshape(-1, 1).max(0).item());
    console.log(seen.join());
  `;
  assert.is(run(['WeakRef', 'FinalizationRegistry', 'TextEncoder', 'structuredClone'], body), '1,2,end,3');
});

test('no file calls what came after Chrome 100, Firefox 104 and Safari 16.4', () => {
  for (const name of readdirSync(built(''), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const [call] =
      /\.(toSorted|toReversed|toSpliced|fromAsync|withResolvers|groupBy|isWellFormed|roundRect)\(|AbortSignal\.any/.exec(
        readFileSync(built(name), 'utf8'),
      ) ?? [];
    assert.is(call, undefined, name);
  }
});

test('files for pages are ASCII: where a page has no charset, its classic scripts would show other characters as several', () => {
  const scripts = readdirSync(built('browser')).filter((name) => name.endsWith('.js'));
  assert.ok(scripts.includes('layertap.global.js'));
  for (const name of scripts) {
    const [found] = /[^\0-\x7f]/.exec(readFileSync(built(`browser/${name}`), 'utf8')) ?? [];
    assert.is(found, undefined, name);
  }
});

test('without a method that is called, the import says which one', () => {
  const program = `
    console.warn = console.log;
    delete Array.prototype.at;
    delete Array.prototype.findLast;
    const { attach } = await import(${JSON.stringify(built('index.js'))});
    const model = { double: (x) => 2 * x };
    attach(model, 'double').registerForwardHook((_, inputs, output) => output + 1);
    console.log(model.double(1));
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  assert.is(
    stdout.trim(),
    'layertap: the arrays of this engine have no at, findLast: load a polyfill before layertap\n3',
  );
});

test('without WebAssembly the kernels are plain JavaScript, and say so', () => {
  assert.is(run(['WebAssembly'], 'console.log(layertap.kernelName());'), 'javascript');
});

test.run();
