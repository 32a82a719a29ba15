// The loops of peak.ts as candidates of the harness.

/** As peak.ts has it: 12 chains x 4 lanes x (multiply + add). */
const FLOP_PER_STEP = 96;

/** About 0.1 ms a call: every engine compiles a loop well that is called often and briefly. */
const STEPS = 50_000;

/**
 * @param bytes the binaries of build.mjs; those that the engine refuses are left out
 * @returns `multiplyAdds` by target, `read(bytes)`, `copy(bytes)` and `copyOut(bytes)`: each
 *   `{ name, run, flop | bytes }`
 */
export function openPeak({ simd, relaxed }) {
  const instances = {};
  for (const [target, binary] of Object.entries({ relaxed, simd })) {
    if (!WebAssembly.validate(binary)) continue;
    instances[target] = new WebAssembly.Instance(new WebAssembly.Module(binary), {}).exports;
    instances[target].prepare();
  }
  const { memory, allocate, read, copy } = instances.simd;

  /** Two buffers that grow on demand. */
  let [first, second, capacity] = [0, 0, 0];
  function buffers(bytes) {
    if (bytes <= capacity) return;
    first = allocate(bytes) >>> 0;
    second = allocate(bytes) >>> 0;
    capacity = bytes;
    new Uint8Array(memory.buffer, first, bytes).fill(1);
    new Uint8Array(memory.buffer, second, bytes).fill(1);
  }

  return {
    multiplyAdds: Object.fromEntries(
      Object.entries(instances).map(([target, { multiplyAdds }]) => [
        target,
        { name: `peak ${target}`, flop: STEPS * FLOP_PER_STEP, run: () => multiplyAdds(STEPS) },
      ]),
    ),
    read(bytes) {
      const rounded = Math.ceil(bytes / 256) * 256;
      buffers(rounded);
      return { name: 'read', bytes: rounded, run: () => read(first, rounded) };
    },
    copy(bytes) {
      buffers(bytes);
      return { name: 'memory.copy', bytes, run: () => copy(second, first, bytes) };
    },
    /** Out of WebAssembly into a new array, as an output that JavaScript owns. */
    copyOut(bytes) {
      buffers(bytes);
      const floats = new Float32Array(memory.buffer, first, bytes / 4);
      return { name: 'copy out', bytes, run: () => floats.slice() };
    },
  };
}
