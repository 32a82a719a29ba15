import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryBytes } from '../../src/kernels/binary.ts';
import { Heap } from '../../src/kernels/heap.ts';
import { uniform } from './generator.ts';

const PAGE = 65536;

test('parts are multiples of 16, not at 0, inside the memory, and none overlaps another', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1000 });
  const heap = new Heap(memory);
  const random = uniform(7);
  const used: { start: number; end: number }[] = [];
  for (let round = 0; round < 2000; round++) {
    if (used.length > 0 && random() < 0.48) {
      heap.release(used.splice(Math.floor(random() * used.length), 1)[0]!.start);
      continue;
    }
    const bytes = Math.floor(2 ** (random() * 15));
    const start = heap.allocate(bytes);
    const end = start + bytes;
    assert.ok(start > 0 && start % 16 === 0 && end <= memory.buffer.byteLength, `${start} to ${end}`);
    for (const other of used) assert.ok(end <= other.start || start >= other.end, `${start} overlaps ${other.start}`);
    used.push({ start, end });
  }
  const { byteLength } = memory.buffer;
  for (const { start } of used) heap.release(start);
  heap.allocate(byteLength - 64);
  assert.is(memory.buffer.byteLength, byteLength, 'all that was released is one part again');
});

test('a part that is released is used again; releasing it twice, or another pointer, does nothing', () => {
  const heap = new Heap(new WebAssembly.Memory({ initial: 1 }));
  const [first, second, third] = [heap.allocate(100), heap.allocate(0), heap.allocate(100)];
  heap.release(first);
  heap.release(first);
  heap.release(first + 16);
  assert.is(heap.allocate(112), first);
  heap.release(second);
  assert.is(heap.allocate(16), second);
  assert.ok(heap.allocate(16) > third);
});

test('memory doubles while it can, and grows into the free part at its end', () => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 13 });
  const heap = new Heap(memory);
  heap.allocate(2 * PAGE);
  const large = heap.allocate(3 * PAGE);
  assert.is(memory.buffer.byteLength, 8 * PAGE);
  assert.is(large, 64 + 2 * PAGE);
  heap.allocate(7 * PAGE);
  assert.is(memory.buffer.byteLength, 13 * PAGE, 'as much as is needed, where there is no room for twice as much');
});

test('memory that cannot grow is an error, after which the rest can be used', () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 3 });
  const heap = new Heap(memory);
  for (const bytes of [3 * PAGE, 2 ** 32, 2 ** 33 + 8, 2 ** 50]) assert.throws(() => heap.allocate(bytes));
  assert.is(memory.buffer.byteLength, 2 * PAGE);
  assert.is(heap.allocate(2 * PAGE - 64), 64);
});

test('the binaries have no data, which would be where parts are', () => {
  const DATA = 11;
  for (const name of ['simd', 'relaxed'] as const) {
    const bytes = binaryBytes(name);
    const sections: number[] = [];
    // A section: its kind, its length as LEB128, its bytes.
    for (let at = 8; at < bytes.length; ) {
      sections.push(bytes[at++]!);
      let length = 0;
      for (let shift = 0, more = true; more; shift += 7) {
        const byte = bytes[at++]!;
        length += (byte & 127) << shift;
        more = byte > 127;
      }
      at += length;
    }
    assert.ok(sections.includes(10), `${name} has code`);
    assert.not(sections.includes(DATA), name);
  }
});

test.run();
