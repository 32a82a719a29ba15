/** @file Times of modules whose runtime has timed them itself. */
import type { Hookable, RuntimeEvent } from '../hooks/index.ts';
import { kindOfModule } from './run.ts';
import { isBelow, type ModuleTimes, markTrack } from './timer.ts';

/** One call of a module: events in a row, in one run. */
interface Stretch {
  readonly run: number;
  readonly start: number;
  end: number;
}

/** The tracks that are written: of calls since a time. */
export interface Tracks {
  readonly group: string;
  /** In ms, as `performance.now()`. */
  readonly since: number;
}

/**
 * The means of a number of runs. What the runtime has removed, or fused into another module, has no calls.
 * @param modules by path
 */
export function runtimeTimes(
  modules: readonly (readonly [string, Hookable])[],
  events: readonly RuntimeEvent[],
  runs: number,
  tracks: Tracks | undefined,
): ModuleTimes[] {
  const paths = new Map<object, string>(modules.map(([path, module]) => [module, path]));
  const placed = [...events]
    .sort((a, b) => a.start - b.start)
    .flatMap((event) => {
      const path = paths.get(event.module);
      return path === undefined ? [] : [{ path, event }];
    });
  return modules.map(([path, module]) => {
    const stretches: Stretch[] = [];
    let [total, own] = [0, 0];
    let isInside = false;
    for (const { path: other, event } of placed) {
      const { run, start, duration } = event;
      const wasInside: boolean = isInside;
      isInside = other === path || isBelow(other, path);
      if (!isInside) continue;
      total += event.own;
      if (other === path) own += event.own;
      const last = stretches.at(-1);
      if (wasInside && last?.run === run) last.end = start + duration;
      else stretches.push({ run, start, end: start + duration });
    }
    const kind = kindOfModule(module);
    if (tracks !== undefined) {
      const shown = stretches.filter(({ start }) => start >= tracks.since);
      for (const [call, { start, end }] of shown.entries()) markTrack(tracks.group, path, kind, call, start, end);
    }
    return { path, kind, calls: stretches.length / runs, total: total / runs, own: own / runs };
  });
}
