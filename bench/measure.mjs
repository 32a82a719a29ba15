// Times several candidates against each other: in one process, warm, in turns. What disturbs a turn (other programs,
// another guest of the same machine) only ever makes it slower, so the time of a candidate is that of its best turn:
// it repeats within a few percent where medians over the turns wander by a quarter. A turn itself is the median of many
// samples, so the best turn is no lucky moment but some milliseconds without a disturbance.
//
// mitata makes the timing loops: it unrolls them, keeps results alive, and compiles a loop of its own for each turn,
// so that no candidate pays for what another one taught the compiler.
import { do_not_optimize, measure } from 'mitata';

/** One sample takes at least this long, so that the coarsest clock (5 µs, in a browser) is good to half a percent. */
const SAMPLE = 1e6;

const UNROLL = 4;

const now = () => performance.now() * 1e6;

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {() => unknown} [run] the work, once; a promise is awaited
 * @property {(result: unknown) => ArrayLike<number>} [read] the numbers in what `run` returned, where it is no array
 * @property {() => void} [prepare] before each turn, not timed
 * @property {(millis: number) => Promise<number>} [time] instead of `run`: takes about so long, returns ns per run
 */

/**
 * @param {Candidate[]} candidates
 * @param settings `rounds`, each a turn for every candidate; `millis` that a turn takes, about, or one run where that
 *   takes longer; `warm` ms before the first round; `pause` ms before each turn
 * @returns by name, the times of the turns in ns per run, in the order of the rounds
 */
export async function alternate(candidates, { rounds, millis, warm, pause = 0 }) {
  const typical = new Map();
  for (const { name, prepare, run, time } of candidates) {
    prepare?.();
    typical.set(name, time ? await time(warm) : await warmUp(run, warm));
  }
  const turns = Object.fromEntries(candidates.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < candidates.length; i++) {
      // Each round begins elsewhere, so that no candidate always follows the same one.
      const { name, prepare, run, time } = candidates[(i + round) % candidates.length];
      prepare?.();
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      turns[name].push(time ? await time(millis) : await turn(run, typical.get(name), millis));
    }
  }
  return turns;
}

/** Runs until the optimising compilers have had their time. Returns the time of a run when it went best, in ns. */
async function warmUp(run, millis) {
  const start = now();
  let best = Number.POSITIVE_INFINITY;
  // As many runs at once as the clock can tell from none.
  for (let count = 1; best === Number.POSITIVE_INFINITY || now() - start < millis * 1e6; ) {
    const took = await several(run, count);
    if (took < SAMPLE / 4) count *= 2;
    else best = Math.min(best, took / count);
  }
  return best;
}

/** One turn of about `millis`, of a run that takes about `ns`. Returns the median time of a run in ns. */
async function turn(run, ns, millis) {
  // What takes longer than some turns gains nothing from a run that warms it up first.
  if (ns > 3 * millis * 1e6) return await several(run, 1);
  const batch = ns < SAMPLE / 2 ? Math.ceil(SAMPLE / ns / UNROLL) * UNROLL : 1;
  const { p50 } = await measure(run, {
    batch_unroll: UNROLL,
    batch_samples: batch,
    // One run before the samples. It also decides whether runs are timed in batches.
    warmup_samples: 1,
    warmup_threshold: Number.POSITIVE_INFINITY,
    batch_threshold: batch > 1 ? Number.POSITIVE_INFINITY : -1,
    min_samples: 1,
    min_cpu_time: millis * 1e6,
    // A full collection before each turn would throw away compiled code of the candidates that wait.
    gc: false,
  });
  return p50;
}

/** The time of so many runs, in ns. */
async function several(run, count) {
  const start = now();
  for (let i = 0; i < count; i++) {
    const result = run();
    if (result instanceof Promise) await result;
    do_not_optimize(result);
  }
  return now() - start;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
