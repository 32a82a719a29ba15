/** A small seeded generator of test values (mulberry32), so that a failure can be repeated. Uniform in [-1, 1). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** Normal values of mean 0 and deviation 1, by the polar method. */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => {
    for (;;) {
      const [x, y] = [next(), next()];
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  };
}

/** Arrays of {@link uniform} values. */
export function generator(seed: number): (length: number) => Float32Array {
  const next = uniform(seed);
  return (length) => Float32Array.from({ length }, next);
}
