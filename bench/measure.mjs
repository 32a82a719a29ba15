// Times several candidates against each other: in one process, warm, in turns. A machine that is slow for a while is
// slow for all of them, so the ratio of two candidates is taken within each round and its median over the rounds.
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
 * @property {() => void} [prepare] before each turn, not timed
 * @property {(millis: number) => Promise<number>} [time] instead of `run`: takes about so long, returns ns per run
 */

/**
 * @param {Candidate[]} candidates
 * @param options `rounds`; `millis` that one turn takes, about; `warm` ms before the first round. A candidate that
 *   takes longer than a turn runs once in it; one that takes longer than `patience` turns has only two turns.
 * @returns by name, `{ ns, best, rounds }`: the median, the best, and the times of the rounds, in ns
 */
export async function alternate(candidates, { rounds = 9, millis = 12, warm = 120, patience = 8 } = {}) {
  const turns = new Map();
  for (const candidate of candidates) {
    candidate.prepare?.();
    const ns = candidate.time ? await candidate.time(warm) : await warmUp(candidate.run, warm);
    turns.set(candidate, { ns, samples: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < candidates.length; i++) {
      // Each round begins elsewhere, so that no candidate always follows the same one.
      const candidate = candidates[(i + round) % candidates.length];
      const turn = turns.get(candidate);
      if (round >= 2 && turn.ns > patience * millis * 1e6) continue;
      candidate.prepare?.();
      turn.samples.push(candidate.time ? await candidate.time(millis) : await once(candidate.run, turn.ns, millis));
    }
  }
  return Object.fromEntries(
    candidates.map((candidate) => {
      const { samples } = turns.get(candidate);
      return [candidate.name, { ns: median(samples), best: Math.min(...samples), rounds: samples }];
    }),
  );
}

/** Runs until the optimising compilers have had their time. Returns the time of the fastest run, in ns. */
async function warmUp(run, millis) {
  const start = now();
  let best = Number.POSITIVE_INFINITY;
  do best = Math.min(best, await single(run));
  while (now() - start < millis * 1e6);
  return best;
}

/** One turn of about `millis`. Returns the median time of a run in ns. */
async function once(run, ns, millis) {
  if (ns > millis * 1e6) return await single(run);
  const batch = ns < SAMPLE / 2 ? Math.ceil(SAMPLE / ns / UNROLL) * UNROLL : 1;
  const { p50 } = await measure(run, {
    batch_unroll: UNROLL,
    batch_samples: batch,
    // One warm run before the samples, which also decides whether runs are timed in batches.
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

/** One run, for what takes so long that nothing is gained by more. */
async function single(run) {
  const start = now();
  const result = run();
  if (result instanceof Promise) await result;
  do_not_optimize(result);
  return now() - start;
}

export function median(values) {
  const sorted = values.slice().sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times as long `theirs` takes as `ours`: the median over the rounds that both took part in. */
export function ratio(theirs, ours) {
  const rounds = Math.min(theirs.rounds.length, ours.rounds.length);
  return median(Array.from({ length: rounds }, (_, i) => theirs.rounds[i] / ours.rounds[i]));
}
