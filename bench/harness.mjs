// The one timing harness of the benchmarks: all candidates in one process, warm, in alternating turns.
//
// A turn's time is the median of its samples. Interference (other programs, other guests of the machine) only ever makes
// a turn slower. Tables beside rivals therefore show the best turn, which repeats within a few percent where medians over
// turns wander by a quarter; comparisons of layertap with itself show medians over turns, and ratios.
//
// Each candidate has a loop compiled for it alone, so that none pays for what another one taught the compiler.

/** One sample takes at least this long, in ms, so that a clock of 5 µs is good to half a percent. */
const SAMPLE = 1;

const wallClock = () => performance.now() * 1e6;

/** CPU time of the process in ns, garbage collector and compiler included. */
export const cpuClock = () => {
  const { user, system } = process.cpuUsage();
  return 1000 * (user + system);
};

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {() => unknown} [run] the work, once; a promise is awaited
 * @property {(count: number) => unknown} [loop] instead of `run`: does the work `count` times
 * @property {(result: unknown) => ArrayLike<number>} [read] the numbers in what `run` returned, unless it is an array
 * @property {() => { remove(): void } | void} [prepare] before each turn, not timed; the handle is removed after the turn
 * @property {(millis: number) => Promise<number>} [time] instead of `run`: takes about `millis`, returns ns per run
 */

/**
 * @param {Candidate[]} candidates
 * @param settings `rounds`, each with one turn for every candidate; `millis`, about, for a turn (a single run if that takes
 *   longer); `sample`, the least ms of a sample, more where the clock is coarse; `warm`, ms before the first round; `pause`, ms before each turn; `clock`, in ns
 * @returns by name, the times of the turns in ns per run, in the order of the rounds
 */
export async function alternate(
  candidates,
  { rounds = 61, millis = 4, sample = SAMPLE, warm = 200, pause = 0, clock = wallClock } = {},
) {
  const timers = new Map();
  for (const { name, prepare, run, loop, time } of candidates) {
    const handle = prepare?.();
    if (time) await time(warm);
    timers.set(name, time ?? (await timerOf(loop ?? (await compileLoop(run)), { sample, warm, clock })));
    handle?.remove();
  }
  const turns = Object.fromEntries(candidates.map(({ name }) => [name, []]));
  const strides = stridesThrough(candidates.length);
  for (let round = 0; round < rounds; round++) {
    // Another order in each round, so that no candidate always follows the same one: what it leaves in the caches, and how
    // long the process had slept, would count.
    const stride = strides[round % strides.length];
    for (let i = 0; i < candidates.length; i++) {
      const { name, prepare } = candidates[(i * stride + round) % candidates.length];
      const handle = prepare?.();
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      turns[name].push(await timers.get(name)(millis));
      handle?.remove();
    }
  }
  return turns;
}

/** The steps that visit every place of a circle of this many. */
function stridesThrough(length) {
  const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b));
  const steps = Array.from({ length }, (_, i) => i + 1);
  return steps.filter((step) => divisor(step, length) === 1);
}

/** As {@link alternate}, for `loop` functions by name. @returns by name, the median over the turns, in ns */
export async function medians(loops, settings) {
  const turns = await alternate(
    Object.entries(loops).map(([name, loop]) => ({ name, loop })),
    settings,
  );
  return Object.fromEntries(Object.entries(turns).map(([name, times]) => [name, median(times)]));
}

/**
 * Warms up for `warm` ms, so that the optimizing compilers are done.
 * @returns a function that takes a turn of about `millis` and returns the median time of a run, in ns
 */
async function timerOf(loop, { sample, warm, clock }) {
  const timeRuns = async (count) => {
    const start = clock();
    const done = loop(count);
    if (done instanceof Promise) await done;
    return clock() - start;
  };
  const start = wallClock();
  let [count, best] = [1, Number.POSITIVE_INFINITY];
  while (best === Number.POSITIVE_INFINITY || wallClock() - start < warm * 1e6) {
    const took = await timeRuns(count);
    if (took < (sample * 1e6) / 4) count *= 2;
    else best = Math.min(best, took / count);
  }
  const batch = Math.max(1, Math.ceil((sample * 1e6) / best));
  return async (millis) => {
    // A run longer than several turns gains nothing from one that warms it up first.
    if (best < 3 * millis * 1e6) await timeRuns(1);
    const samples = [];
    for (let spent = 0; spent < millis * 1e6; ) {
      const took = await timeRuns(batch);
      samples.push(took / batch);
      spent += took;
    }
    return median(samples);
  };
}

let compiled = 0;

/** V8 shares what it learns between functions of the same source, so each source is different. */
async function compileLoop(run) {
  const first = run();
  await first;
  const [async, call] = first instanceof Promise ? ['async', 'await run()'] : ['', 'run()'];
  return new Function(
    'run',
    `return ${async} (count) => {
      let result;
      for (let i = 0; i < count; i++) result = ${call};
      return result; // ${compiled++}
    }`,
  )(run);
}

/** The value that a `share` of the values does not exceed. */
export const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
