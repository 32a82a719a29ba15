// Memory held by wrapped models, by Node's own count.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, wrapOnnx } from '../../../adapters/onnx/index.ts';
import { memoryHeld } from '../../fixtures/memory-held.ts';
import { bytesOf, floats, numbersOf, sessionOf } from './load.ts';

const open = (name: string) => createOnnx(ort, bytesOf(name));
const times = (factor: number) => (_module: unknown, _inputs: unknown, output: ort.Tensor) =>
  floats(...numbersOf(output).map((value) => value * factor));

test('a thousand cycles of wrapping, hooking, running and releasing, and ten thousand hooked runs, leave memory flat', async () => {
  const bytes = bytesOf('graphs/hidden');
  const session = await sessionOf(bytes);
  const cycle = async () => {
    const net = await wrapOnnx(session, bytes);
    const handle = net.getSubmodule('double').registerForwardHook(times(10) as never);
    await session.run({ x: floats(1) });
    handle.remove();
    await net.release();
  };
  for (let i = 0; i < 500; i++) await cycle();
  const before = await memoryHeld();
  for (let i = 0; i < 500; i++) await cycle();
  const cycles = (await memoryHeld()) - before;
  assert.ok(cycles < 2 ** 20, `${cycles} bytes more after 500 cycles`);

  const net = await open('graphs/hidden');
  net.getSubmodule('double').registerForwardHook(times(10));
  for (let i = 0; i < 1000; i++) await net({ x: floats(1) });
  const between = await memoryHeld();
  for (let i = 0; i < 9000; i++) await net({ x: floats(1) });
  const runs = (await memoryHeld()) - between;
  assert.ok(runs < 2 ** 19, `${runs} bytes more after 9,000 runs`);
  await net.release();
});

test.run();
