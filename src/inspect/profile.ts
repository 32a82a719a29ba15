/** @file How long the calls of modules take. */
import { BOOLEAN, checkOptions, isThenable, POSITIVE_INTEGER, rule } from '../check/index.ts';
import { type Hookable, optionsOf, type RuntimeProfiler, type Selector, select } from '../hooks/index.ts';
import { columns } from './report-text.ts';
import { checkRun, kindOfModule, RUN_OPTIONS, type RunInputs, runnerOf, runWithHooks } from './run.ts';
import { runtimeTimes } from './runtime-times.ts';
import { isBelow, type ModuleTimes, median, Timer } from './timer.ts';

/** Options of {@link profile}. */
export interface ProfileOptions {
  /** The modules to time, as for `select`. Default: the model and all below it that can be observed. */
  select?: Selector;
  /** How often the model runs, with hooks and without them in turn, after one of each that is not timed. Times are medians. Default 5. */
  runs?: number;
  /**
   * Write each call of the last run to the browser's timeline, by `performance.measure`: Chrome's Performance panel shows each module as
   * a track. Default false.
   */
  tracks?: boolean;
  /** Gives up waiting for an asynchronous model. */
  signal?: AbortSignal;
}

/** The times of a model and of its modules: medians over the runs. */
export interface Profile {
  /** In the order of the tree. */
  readonly modules: readonly ModuleTimes[];
  /** The whole run, in ms. */
  readonly total: number;
  /** The same without the hooks that take the times: they end the fusing of layers. */
  readonly unhooked: number;
  /** A table, the slowest modules first. */
  toString(): string;
}

const OPTIONS = {
  select: rule('a selector', () => true),
  runs: POSITIVE_INTEGER,
  tracks: BOOLEAN,
  signal: RUN_OPTIONS.signal,
};

/**
 * Runs a model several times and says how long each of its modules takes.
 *
 * Times are those of the program: where a device computes later (WebGL, WebGPU), a call ends when its work has been queued. The nodes
 * of an ONNX model are timed by onnxruntime-node itself; a module there takes as long as the nodes in it, and what the runtime has fused
 * counts where the result is.
 * @param inputs what the model is called with, or a function that runs it
 * @example console.log(String(await profile(net, [x])));
 * @throws what the model throws; TypeError for modules that cannot be timed, with the reason, and for other arguments, before anything
 *   has run
 */
export async function profile<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  options: ProfileOptions = {},
): Promise<Profile> {
  const where = 'profile()';
  checkRun(where, model, inputs);
  checkOptions(where, options, OPTIONS);
  const { select: selector, runs = 5, tracks = false, signal } = options;
  // What cannot be observed at all, such as the root of a pipeline, holds others.
  const isObservable = (module: Hookable) => optionsOf(module).unsupported?.observer === undefined;
  const modules: (readonly [string, Hookable])[] =
    selector === undefined
      ? [...model.namedModules()].filter(([, module]) => isObservable(module))
      : [...select(model, selector)];
  const runtimes = runtimesOf(model, modules);
  const hooked = modules.filter(([path]) => runtimes.every((runtime) => !isBelow(path, runtime.path)));
  for (const [path, module] of hooked) checkTimable(where, path, module);
  const group = tracks ? kindOfModule(model) : undefined;
  const timer = new Timer(hooked);
  const run = runnerOf(model, inputs);
  /** The time of the run alone, in ms. */
  const timed = async (register: () => void): Promise<number> => {
    let time = 0;
    const measured = () => {
      const start = performance.now();
      const end = (result: unknown) => {
        time = performance.now() - start;
        return result;
      };
      const result = run();
      return isThenable(result) ? result.then(end) : end(result);
    };
    await runWithHooks(where, model, measured, register, signal);
    return time;
  };
  const profilers: RuntimeProfiler[] = [];
  const turn = (isOn: boolean) => {
    for (const profiler of profilers) profiler.isOn = isOn;
  };
  try {
    for (const { open } of runtimes) profilers.push(await open());
    // Both ways of running warm up.
    await timed(() => {});
    turn(true);
    await timed(() => timer.register());
    turn(false);
    /** The times of each run, and when it began. */
    const [withHooks, without, starts]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < runs; i++) {
      without.push(await timed(() => {}));
      starts.push(performance.now());
      timer.start(i === runs - 1 ? group : undefined);
      turn(true);
      withHooks.push(await timed(() => timer.register()));
      turn(false);
      timer.stop();
    }
    const times = new Map(timer.times().map((row) => [row.path, row]));
    for (const { path, inside } of runtimes) {
      const rows = runtimeTimes(inside, await profilers.shift()!.end(), starts, group);
      for (const row of rows) times.set(row.path, row);
      const own = rows.reduce((sum, row) => sum + (row.own ?? 0), 0);
      const whole = times.get(path);
      if (whole !== undefined) times.set(path, { ...whole, own: Math.max(0, whole.total - own) });
    }
    const rows = modules.map(([path]) => times.get(path)!);
    const [total, unhooked] = [median(withHooks), median(without)];
    return { modules: rows, total, unhooked, toString: () => profileText(rows, total, unhooked) };
  } finally {
    await Promise.allSettled(profilers.map((profiler) => profiler.end()));
  }
}

/** A module whose runtime times those inside it. */
interface Runtime {
  readonly path: string;
  readonly inside: readonly (readonly [string, Hookable])[];
  readonly open: () => Promise<RuntimeProfiler>;
}

/** @param modules those that are to be timed */
function runtimesOf(model: Hookable, modules: readonly (readonly [string, Hookable])[]): Runtime[] {
  return [...model.namedModules()].flatMap(([path, module]) => {
    const { profiler } = optionsOf(module);
    const inside = modules.filter(([other]) => isBelow(other, path));
    return profiler === undefined || inside.length === 0 ? [] : [{ path, inside, open: profiler }];
  });
}

function checkTimable(where: string, path: string, module: Hookable): void {
  const { unsupported, validateEdit } = optionsOf(module);
  if (validateEdit !== undefined) {
    throw new TypeError(`${where}: ${path || 'the model'} is computed in a graph, which a runtime runs at once`);
  }
  for (const kind of ['forward-pre', 'forward'] as const) {
    const why = unsupported?.[kind];
    if (why !== undefined) throw new TypeError(`${where}: ${why}`);
  }
}

function profileText(modules: readonly ModuleTimes[], total: number, unhooked: number): string {
  const cost = ({ own, total: whole }: ModuleTimes) => own ?? whole;
  const rows = [...modules]
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => cost(b) - cost(a))
    .map(({ path, kind, calls, total: whole, own }) => [
      path || '(the model)',
      kind,
      String(calls),
      ms(whole),
      own === undefined ? '-' : ms(own),
      own === undefined || total === 0 ? '-' : `${((100 * own) / total).toFixed(1)} %`,
    ]);
  return [
    ...columns([['module', 'type', 'calls', 'total ms', 'own ms', 'share'], ...rows]),
    '',
    `one run ${ms(total)} ms, without the hooks ${ms(unhooked)} ms`,
  ].join('\n');
}

const ms = (time: number) => time.toFixed(3);
