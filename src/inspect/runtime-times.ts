/** @file Times of modules whose runtime has timed them itself. */
import type { Hookable, RuntimeEvent } from '../hooks/index.ts';
import { kindOfModule } from './run.ts';
import { isBelow, type ModuleTimes, markTrack, median } from './timer.ts';

/** One call of a module: events in a row, in one run of the runtime. */
interface Stretch {
  readonly run: number;
  readonly start: number;
  end: number;
}

/** The calls and times of a module in one run of the model, which may be several of the runtime. */
interface Run {
  readonly stretches: Stretch[];
  total: number;
  own: number;
}

/**
 * The medians over some runs. What the runtime has removed, or fused into another module, has no calls.
 * @param modules by path
 * @param starts when each run began, in ms, as `performance.now()`; events before the first do not count
 * @param group of the tracks that are written of the last run; undefined for none
 */
export function runtimeTimes(
  modules: readonly (readonly [string, Hookable])[],
  events: readonly RuntimeEvent[],
  starts: readonly number[],
  group: string | undefined,
): ModuleTimes[] {
  const paths = new Map<object, string>(modules.map(([path, module]) => [module, path]));
  const placed = [...events]
    .sort((a, b) => a.start - b.start)
    .flatMap((event) => {
      const path = paths.get(event.module);
      const run = starts.findLastIndex((start) => start <= event.start);
      return path === undefined || run < 0 ? [] : [{ path, event, run }];
    });
  return modules.map(([path, module]) => {
    const runs = starts.map((): Run => ({ stretches: [], total: 0, own: 0 }));
    let isInside = false;
    for (const { path: other, event, run: index } of placed) {
      const { run, start, duration } = event;
      const wasInside: boolean = isInside;
      isInside = other === path || isBelow(other, path);
      if (!isInside) continue;
      const of = runs[index]!;
      of.total += event.own;
      if (other === path) of.own += event.own;
      const last = of.stretches.at(-1);
      if (wasInside && last?.run === run) last.end = start + duration;
      else of.stretches.push({ run, start, end: start + duration });
    }
    const kind = kindOfModule(module);
    if (group !== undefined) {
      for (const [call, { start, end }] of runs.at(-1)!.stretches.entries()) {
        markTrack(group, path, kind, call, start, end);
      }
    }
    return {
      path,
      kind,
      calls: median(runs.map(({ stretches }) => stretches.length)),
      total: median(runs.map(({ total }) => total)),
      own: median(runs.map(({ own }) => own)),
    };
  });
}
