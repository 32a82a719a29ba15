// Pairs without a fault: the same network on SIMD, relaxed SIMD and plain JavaScript, each in its own process.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, manualSeed, ReLU, rand, Sequential } from '../../src/index.ts';
import { compare } from '../../src/inspect/index.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';
import { largest } from './pytorch.ts';

const source = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)));

/** Flags, and whether WebAssembly is refused. Node 20 has relaxed SIMD behind a flag; later versions always have it. */
const ENGINES: readonly (readonly [flags: readonly string[], isPlain: boolean])[] = [
  [[], false],
  ...(Number(process.versions.node.split('.')[0]) < 22 ? [[['--experimental-wasm-relaxed-simd'], false] as const] : []),
  [[], true],
];

function recordedBy(flags: readonly string[], isPlain: boolean, to: string): string {
  const program = `
    if (${isPlain}) {
      WebAssembly.validate = () => false;
      WebAssembly.Module = class { constructor() { throw new Error('refused'); } };
    }
    const { Linear, kernelName, manualSeed, ReLU, rand, Sequential } = await import(${source('index.ts')});
    const { record } = await import(${source('inspect/index.ts')});
    manualSeed(4);
    const net = new Sequential(new Linear(100, 300), new ReLU(), new Linear(300, 300), new ReLU(), new Linear(300, 10));
    await record(net, [rand(17, 100)], { to: ${JSON.stringify(to)}, parameters: true });
    console.log(kernelName());`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  assert.is(stderr, '');
  return stdout.trim();
}

test('a network on other kernels passes, locked and by recordings alone', async () => {
  const folder = temporaryDirectory();
  const recordings = new Map<string, Uint8Array>();
  for (const [i, [flags, isPlain]] of ENGINES.entries()) {
    const file = join(folder, `${i}.safetensors`);
    recordings.set(recordedBy(flags, isPlain, file), readFileSync(file));
  }
  assert.is(recordings.size, ENGINES.length, [...recordings.keys()].join());
  manualSeed(4);
  const net = new Sequential(new Linear(100, 300), new ReLU(), new Linear(300, 300), new ReLU(), new Linear(300, 10));
  const x = rand(17, 100);
  for (const [name, bytes] of recordings) {
    const locked = await compare(net, bytes, [x]);
    assert.is(locked.verdict, 'PASS', `${name}: ${locked}`);
    assert.ok(largest(locked) < 0.2, `${name}: ${largest(locked)} of the tolerance`);
    for (const other of recordings.values()) assert.match((await compare(bytes, other)).verdict, /^PASS/);
  }
});

test.run();
