// One row of a table: the same work by layertap and by each rival, checked, then timed in alternation.
import { alternate } from '../harness.mjs';

/**
 * Each attempt sets everything up again: an unlucky place in memory makes some candidates twice as slow for as long as they
 * keep it.
 * @param bench `{ ours, rivals, settings }`
 * @param make a library to its candidate, or to several
 * @param peaks candidates that show the machine's limits, each with the `flop` or `bytes` of a run
 * @param verify `(who, output) => void`, throws if the output is wrong
 * @returns `{ times, peaks, failures }`: the times of all turns by name, in ns; the work of a run of each peak; why a rival
 *   was left out, by name
 * @throws if layertap fails, or is wrong
 */
export async function timeAll({ ours, rivals, settings }, make, peaks, verify) {
  const times = {};
  const failures = {};
  /** @returns the candidates of a library, each run once and verified */
  async function prepare(library, candidates) {
    for (const candidate of [(await make(library)) ?? []].flat()) {
      candidates.push(candidate);
      candidate.prepare?.();
      const result = await candidate.run();
      verify(candidate.name, candidate.read?.(result) ?? result);
    }
  }
  for (let attempt = 0; attempt < settings.attempts; attempt++) {
    const candidates = [];
    try {
      for (const library of ours) await prepare(library, candidates);
      for (const library of rivals) {
        if (failures[library.name] !== undefined) continue;
        const prepared = candidates.length;
        try {
          await prepare(library, candidates);
        } catch (error) {
          failures[library.name] = String(error.message).split('\n')[0];
          for (const candidate of candidates.splice(prepared)) await candidate.dispose();
        }
      }
      const turns = await alternate([...candidates, ...peaks], settings);
      for (const [name, more] of Object.entries(turns)) times[name] = [...(times[name] ?? []), ...more];
    } finally {
      for (const candidate of candidates) await candidate.dispose();
    }
  }
  return { times, peaks: peaks.map(({ name, flop, bytes }) => ({ name, flop, bytes })), failures };
}
