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

/** By kernels. Node 20 has relaxed SIMD behind a flag; later versions always have it. */
const FLAGS: readonly string[][] =
  Number(process.versions.node.split('.')[0]) < 22
    ? [[], ['--experimental-wasm-relaxed-simd'], ['--no-expose-wasm']]
    : [[], ['--no-expose-wasm']];

function recordedBy(flags: string[], to: string): string {
  const program = `
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
  for (const [i, flags] of FLAGS.entries()) {
    const file = join(folder, `${i}.safetensors`);
    recordings.set(recordedBy(flags, file), readFileSync(file));
  }
  assert.is(recordings.size, FLAGS.length, [...recordings.keys()].join());
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
