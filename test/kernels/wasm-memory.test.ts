import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryBytes } from '../../src/kernels/binary.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
import type { WasmExports } from '../../src/kernels/wasm-exports.ts';
import { WasmMemory } from '../../src/kernels/wasm-memory.ts';

/** An allocator that reuses nothing, and grows the memory when it has to. */
function fake(pages = 1) {
  const memory = new WebAssembly.Memory({ initial: pages });
  const live = new Set<number>();
  let next = 16;
  const exports = {
    memory,
    allocate(bytes: number) {
      const pointer = next;
      const missing = Math.ceil((pointer + bytes) / 65536) - memory.buffer.byteLength / 65536;
      if (missing > 0) memory.grow(missing);
      next += bytes;
      live.add(pointer);
      return pointer;
    },
    release: (pointer: number) => assert.ok(live.delete(pointer), `released twice: ${pointer}`),
  };
  return { live, memory: new WasmMemory(exports as unknown as WasmExports), exports };
}

test('`floats` is a view of the whole memory, also after it has grown', () => {
  const { memory, exports } = fake();
  assert.is(memory.floats.length, 65536 / 4);
  memory.allocate(200_000);
  assert.is(memory.floats.buffer, exports.memory.buffer);
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
  const { memory, live } = fake();
  const first = memory.arena(5000);
  assert.is(memory.arena(100), first);
  assert.is(memory.arena(8192), first, 'rounded up to a power of two');
  const second = memory.arena(8193);
  assert.equal([...live], [second], 'the first one is released');
  const large = (32 << 20) + 16;
  memory.arena(large);
  assert.is.not(memory.arena(large + 16), second, 'beyond 32 MB of the requested size');
  assert.is(live.size, 1);
});

test('an abandoned arena is never released', () => {
  const { memory, live } = fake();
  const first = memory.arena(5000);
  memory.abandonArena();
  const second = memory.arena(5000);
  assert.is.not(second, first);
  assert.equal([...live], [first, second]);
});

test('where memory ends, allocate() throws and keeps the arena and the view', () => {
  const { memory, exports } = fake();
  const arena = memory.arena(5000);
  const allocate = exports.allocate;
  exports.allocate = () => {
    exports.memory.grow(1);
    throw new WebAssembly.RuntimeError('unreachable');
  };
  assert.throws(
    () => memory.arena(1e6),
    /cannot grow: 1048576 bytes wanted, 131072 bytes reserved\n {2}module\.dispose\(\)/,
  );
  assert.is(memory.floats.buffer, exports.memory.buffer);
  exports.allocate = allocate;
  assert.is(memory.arena(5000), arena);
  assert.throws(() => memory.allocate(2 ** 32 + 8), RangeError);
});

test('memory that is released with its owner can be released earlier, once', () => {
  const { memory, live } = fake();
  const owner = {};
  const pointer = memory.allocate(64);
  memory.releaseWith(owner, pointer);
  memory.releaseNow(owner, pointer);
  assert.is(live.size, 0);
});

test.run();
