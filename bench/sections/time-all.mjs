// One row of a table: the same work done by layertap and by each rival, checked, then timed in turns.
import { alternate } from '../measure.mjs';

/**
 * @param bench `{ ours, rivals, settings }`
 * @param make a library to its candidate, or to several
 * @param peaks candidates that show what the machine can do, each with the `flop` or `bytes` of a run
 * @param verify `(who, output) => void`, throws where the output is wrong
 * @returns `{ results, peaks }`: the times by name; the work of a run of each peak
 */
export async function timeAll(bench, make, peaks, verify) {
  const candidates = [];
  try {
    for (const library of [...bench.ours, ...bench.rivals]) {
      for (const candidate of [await make(library)].flat()) {
        candidates.push(candidate);
        candidate.prepare?.();
        verify(candidate.name, await candidate.run());
      }
    }
    const results = await alternate([...candidates, ...peaks], bench.settings);
    return { results, peaks: peaks.map(({ name, flop, bytes }) => ({ name, flop, bytes })) };
  } finally {
    for (const candidate of candidates) await candidate.dispose();
  }
}
