// Upper bounds of the machine, in the same engine and run as the kernels: loops that do nothing else. Compiled for both
// targets, like the kernels: `multiplyAdd` is one instruction in the relaxed binary, two in the plain one.
import { multiplyAdd } from '../../assembly/arithmetic';

/** The working memory of `multiplyAdds`: twelve chains and two factors, four floats each. */
const REGISTERS: usize = memory.data(14 * 16, 16);

export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

/**
 * Register-only: in each step 12 chains x 4 lanes make one multiplication and one addition, that is 96 operations.
 * No chain waits for another, so neither latency nor memory is the limit. A multiplication and an addition of three cycles
 * each, on two ports each, need twelve chains to stay busy.
 */
export function multiplyAdds(steps: i32): void {
  // a · factor + term, both from memory: V8 rebuilds a literal vector at each use, which cost this loop four fifths of its
  // speed in one engine.
  const factor = v128.load(REGISTERS, 192);
  const term = v128.load(REGISTERS, 208);
  let a0 = v128.load(REGISTERS);
  let a1 = v128.load(REGISTERS, 16);
  let a2 = v128.load(REGISTERS, 32);
  let a3 = v128.load(REGISTERS, 48);
  let a4 = v128.load(REGISTERS, 64);
  let a5 = v128.load(REGISTERS, 80);
  let a6 = v128.load(REGISTERS, 96);
  let a7 = v128.load(REGISTERS, 112);
  let a8 = v128.load(REGISTERS, 128);
  let a9 = v128.load(REGISTERS, 144);
  let a10 = v128.load(REGISTERS, 160);
  let a11 = v128.load(REGISTERS, 176);
  for (let i = 0; i < steps; i++) {
    a0 = multiplyAdd(a0, factor, term);
    a1 = multiplyAdd(a1, factor, term);
    a2 = multiplyAdd(a2, factor, term);
    a3 = multiplyAdd(a3, factor, term);
    a4 = multiplyAdd(a4, factor, term);
    a5 = multiplyAdd(a5, factor, term);
    a6 = multiplyAdd(a6, factor, term);
    a7 = multiplyAdd(a7, factor, term);
    a8 = multiplyAdd(a8, factor, term);
    a9 = multiplyAdd(a9, factor, term);
    a10 = multiplyAdd(a10, factor, term);
    a11 = multiplyAdd(a11, factor, term);
  }
  v128.store(REGISTERS, a0);
  v128.store(REGISTERS, a1, 16);
  v128.store(REGISTERS, a2, 32);
  v128.store(REGISTERS, a3, 48);
  v128.store(REGISTERS, a4, 64);
  v128.store(REGISTERS, a5, 80);
  v128.store(REGISTERS, a6, 96);
  v128.store(REGISTERS, a7, 112);
  v128.store(REGISTERS, a8, 128);
  v128.store(REGISTERS, a9, 144);
  v128.store(REGISTERS, a10, 160);
  v128.store(REGISTERS, a11, 176);
}

/** Fills the registers with values that the loop does not change: 1..12, times 1, plus 0. */
export function prepare(): void {
  for (let i = 0; i < 12; i++) v128.store(REGISTERS + ((<usize>i) << 4), f32x4.splat(<f32>(i + 1)));
  v128.store(REGISTERS, f32x4.splat(1), 192);
  v128.store(REGISTERS, f32x4.splat(0), 208);
}

/**
 * Reads memory and does almost nothing with it: the bound of a matrix-vector product, which reads each weight once. Four
 * streams, because a core keeps more cache lines in flight from several places than from one.
 * @param bytes a multiple of 256
 */
export function read(from: usize, bytes: usize): bool {
  const quarter = bytes >> 2;
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let p = from;
  let q = from + quarter;
  let r = q + quarter;
  let s = r + quarter;
  const end = q;
  while (p < end) {
    a = v128.or(a, v128.or(v128.load(p), v128.load(p, 16)));
    b = v128.or(b, v128.or(v128.load(q), v128.load(q, 16)));
    c = v128.or(c, v128.or(v128.load(r), v128.load(r, 16)));
    d = v128.or(d, v128.or(v128.load(s), v128.load(s, 16)));
    a = v128.or(a, v128.or(v128.load(p, 32), v128.load(p, 48)));
    b = v128.or(b, v128.or(v128.load(q, 32), v128.load(q, 48)));
    c = v128.or(c, v128.or(v128.load(r, 32), v128.load(r, 48)));
    d = v128.or(d, v128.or(v128.load(s, 32), v128.load(s, 48)));
    p += 64;
    q += 64;
    r += 64;
    s += 64;
  }
  return v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)));
}

/** memory.copy, the engine's memmove. */
export function copy(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
