import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryBytes } from '../../src/kernels/binary.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
import { WasmMemory } from '../../src/kernels/wasm-memory.ts';

test('`floats` is a view of the whole memory, also after it has grown', () => {
  const wasm = new WebAssembly.Memory({ initial: 1 });
  const memory = new WasmMemory(wasm);
  assert.is(memory.floats.length, 65536 / 4);
  memory.allocate(200_000);
  assert.is(memory.floats.buffer, wasm.buffer);
  assert.ok(memory.floats.byteLength >= 200_000);
});

test('a small network computes in the first pages: growing would detach a buffer, and slow down every typed array', () => {
  const instance = WasmInstance.make(binaryBytes('simd'));
  const { buffer } = instance.exports.memory;
  const kernels = wasmKernels('simd', instance);
  const widths = [10, 300, 300, 2];
  const layers = widths.slice(1).map((columns, i) => ({
    packed: kernels.pack(new Float32Array(widths[i]! * columns), columns, widths[i]!),
    bias: null,
    relu: true,
  }));
  kernels.fuse(layers).run(new Float32Array(10), 1);
  kernels.summarize(new Float32Array(10_000));
  assert.is(instance.exports.memory.buffer, buffer);
});

test('the arena is kept while it is large enough, and replaced by a larger one', () => {
  const memory = new WasmMemory(new WebAssembly.Memory({ initial: 1 }));
  const first = memory.arena(5000);
  assert.is(memory.arena(100), first);
  assert.is(memory.arena(8192), first, 'rounded up to a power of two');
  const second = memory.arena(8193);
  assert.is.not(second, first);
  assert.is(memory.allocate(8192), first, 'the first one is released');
  const large = (32 << 20) + 16;
  memory.arena(large);
  assert.is(memory.allocate(16384), second);
  const { byteLength } = memory.floats;
  memory.arena(large + 16);
  assert.ok(memory.floats.byteLength > byteLength, 'beyond 32 MB of the requested size');
});

test('an abandoned arena is never released', () => {
  const memory = new WasmMemory(new WebAssembly.Memory({ initial: 1 }));
  const first = memory.arena(5000);
  memory.abandonArena();
  const second = memory.arena(5000);
  assert.is.not(second, first);
  memory.arena(10_000);
  assert.is(memory.allocate(8192), second);
  assert.is.not(memory.allocate(8192), first);
});

test('where memory ends, allocate() throws and keeps the arena and the view', () => {
  const wasm = new WebAssembly.Memory({ initial: 2, maximum: 3 });
  const memory = new WasmMemory(wasm);
  const arena = memory.arena(5000);
  assert.throws(
    () => memory.arena(1e6),
    /cannot grow: 1048576 bytes wanted, 131072 bytes reserved\n {2}module\.dispose\(\)/,
  );
  assert.is(memory.floats.buffer, wasm.buffer);
  assert.is(memory.arena(5000), arena);
  assert.throws(() => memory.allocate(2 ** 32 + 8), RangeError);
});

test('memory that is released with its owner can be released earlier', () => {
  const memory = new WasmMemory(new WebAssembly.Memory({ initial: 1 }));
  const owner = {};
  const pointer = memory.allocate(64);
  memory.releaseWith(owner, pointer);
  memory.releaseNow(owner, pointer);
  assert.is(memory.allocate(64), pointer);
});

test.run();
