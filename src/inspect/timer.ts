/** @file Times of calls, taken by hooks. */
import type { Hookable } from '../hooks/index.ts';
import { kindOfModule } from './run.ts';

/** The times of one module in one run, in ms: medians over the runs. */
export interface ModuleTimes {
  readonly path: string;
  readonly kind: string;
  readonly calls: number;
  /** From the start of a call to its end, in all calls. */
  readonly total: number;
  /** The same without the times in which modules inside it ran; undefined if calls of the module overlapped, or it calls itself. */
  readonly own: number | undefined;
}

/** A call that has started. */
interface Open {
  readonly of: Timed;
  readonly call: number;
  readonly parent: Open | undefined;
  readonly start: number;
  /** Calls inside it that run now. */
  inside: number;
  /** When the first of these started. */
  since: number;
  /** Time in which calls inside it ran. */
  busy: number;
}

interface Timed {
  readonly path: string;
  readonly module: Hookable;
  /** Of each run. The last one is going on. */
  readonly runs: { calls: number; total: number; own: number }[];
  running: number;
  overlapped: boolean;
}

export class Timer {
  readonly #modules: readonly Timed[];
  readonly #open: Open[] = [];
  #isOn = false;
  /** The group of the tracks that are written; undefined for none. */
  #group: string | undefined;

  constructor(modules: readonly (readonly [string, Hookable])[]) {
    this.#modules = modules.map(([path, module]) => ({ path, module, runs: [], running: 0, overlapped: false }));
  }

  register(): void {
    for (const timed of this.#modules) {
      const { module } = timed;
      module.registerForwardPreHook((_module, _inputs, call) => this.#begin(timed, call), { prepend: true });
      // Also for a call that throws, which code around it may catch.
      module.registerForwardHook((_module, _inputs, _output, call) => this.#end(timed, call), { alwaysCall: true });
    }
  }

  start(group: string | undefined): void {
    this.#isOn = true;
    this.#group = group;
    for (const { runs } of this.#modules) runs.push({ calls: 0, total: 0, own: 0 });
  }

  /** Forgets calls that have not ended. */
  stop(): void {
    this.#isOn = false;
    this.#open.length = 0;
    for (const timed of this.#modules) timed.running = 0;
  }

  times(): ModuleTimes[] {
    return this.#modules.map(({ path, module, runs, overlapped }) => ({
      path,
      kind: kindOfModule(module),
      calls: median(runs.map(({ calls }) => calls)),
      total: median(runs.map(({ total }) => total)),
      own: overlapped ? undefined : median(runs.map(({ own }) => own)),
    }));
  }

  #begin(of: Timed, call: number): undefined {
    if (!this.#isOn) return;
    of.overlapped ||= of.running > 0;
    of.running++;
    const parent = this.#open.findLast((one) => isBelow(of.path, one.of.path));
    const start = performance.now();
    if (parent !== undefined && parent.inside++ === 0) parent.since = start;
    this.#open.push({ of, call, parent, start, inside: 0, since: 0, busy: 0 });
  }

  #end(of: Timed, call: number): undefined {
    if (!this.#isOn) return;
    const end = performance.now();
    const index = this.#open.findLastIndex((one) => one.of === of && one.call === call);
    if (index < 0) return;
    const [open] = this.#open.splice(index, 1) as [Open];
    of.running--;
    const run = of.runs.at(-1)!;
    const number = run.calls++;
    const total = end - open.start;
    run.total += total;
    run.own += total - open.busy - (open.inside > 0 ? end - open.since : 0);
    const { parent } = open;
    if (parent !== undefined && --parent.inside === 0) parent.busy += end - parent.since;
    if (this.#group !== undefined) markTrack(this.#group, of.path, kindOfModule(of.module), number, open.start, end);
  }
}

/** An entry of a custom track, with the fields that Chrome DevTools reads. Source: https://developer.chrome.com/docs/devtools/performance/extension */
export function markTrack(group: string, path: string, kind: string, call: number, start: number, end: number): void {
  const track = path || '(the model)';
  const devtools = {
    dataType: 'track-entry',
    track,
    trackGroup: group,
    color: 'primary',
    tooltipText: `${kind} ${track}, call ${call}`,
  };
  performance.measure(track, { start, end, detail: { devtools } });
}

/** Of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Whether a path is inside another one. */
export const isBelow = (path: string, ancestor: string): boolean =>
  path !== ancestor && (ancestor === '' || path.startsWith(`${ancestor}.`));
