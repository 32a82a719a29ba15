// Times several functions against each other: in one process, warm, in turns, many times. A machine that is slow for
// a while is slow for all of them, so medians and above all their ratios can be trusted.

/** The time of one call of `run(times)` divided by `times`, in ns. */
function once(run, times) {
  const start = process.hrtime.bigint();
  run(times);
  return Number(process.hrtime.bigint() - start) / times;
}

/**
 * @param sides by name, functions that do their work `times` times
 * @param options `rounds` of turns; `millis` that one turn takes, about
 * @returns by name, the median of the times of one piece of work, in ns
 */
export function alternate(sides, { rounds = 61, millis = 4 } = {}) {
  const names = Object.keys(sides);
  const times = {};
  for (const name of names) {
    // Warm, and long enough for the optimising compiler to have finished.
    let count = 16;
    for (let spent = 0; spent < 200e6; ) {
      const took = once(sides[name], count) * count;
      spent += took;
      if (took < millis * 1e6) count *= 2;
    }
    times[name] = count;
  }
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Each round begins elsewhere, so that no side always follows the same one.
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      samples[name].push(once(sides[name], times[name]));
    }
  }
  return Object.fromEntries(names.map((name) => [name, samples[name].sort((a, b) => a - b)[rounds >> 1]]));
}

/** Prints a line of a table. */
export function row(label, ns, note = '') {
  const time = ns < 1000 ? `${ns.toFixed(1)} ns` : `${(ns / 1000).toFixed(2)} µs`;
  console.log(`${label.padEnd(52)} ${time.padStart(10)}  ${note}`);
}
