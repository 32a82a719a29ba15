/** @file How long the calls of modules take. */
import { BOOLEAN, checkOptions, POSITIVE_INTEGER, rule } from '../check/index.ts';
import { type Hookable, optionsOf, type Selector, select } from '../hooks/index.ts';
import { columns } from './report-text.ts';
import { checkRun, kindOfModule, RUN_OPTIONS, type RunInputs, runWithHooks } from './run.ts';
import { type ModuleTimes, Timer } from './timer.ts';

export interface ProfileOptions {
  /** The modules to time, as for `select`. Default: the model and all below it. */
  select?: Selector;
  /** How often the model runs, with hooks and without them in turn, after one run that is not timed. Times are means. Default 5. */
  runs?: number;
  /**
   * Write each call of the last run to the browser's timeline, by `performance.measure`: Chrome's Performance panel shows each module as
   * a track. Default false.
   */
  tracks?: boolean;
  /** Gives up waiting for an asynchronous model. */
  signal?: AbortSignal;
}

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
 * Times are those of the program: where a device computes later (WebGL, WebGPU), a call ends when its work has been queued.
 * @param inputs what the model is called with, or a function that runs it
 * @example console.log(String(await profile(net, [x])));
 * @throws what the model throws; TypeError for a model whose graph a runtime computes at once (ONNX), and for other arguments, before
 *   anything has run
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
  const modules: (readonly [string, Hookable])[] =
    selector === undefined ? [...model.namedModules()] : [...select(model, selector)];
  for (const [path, module] of modules) checkTimable(where, path, module);
  const timer = new Timer(modules);
  const timed = async (register: () => void): Promise<number> => {
    const start = performance.now();
    await runWithHooks(model, inputs, register, signal);
    return performance.now() - start;
  };
  await timed(() => {});
  let [total, unhooked] = [0, 0];
  for (let run = 0; run < runs; run++) {
    unhooked += await timed(() => {});
    timer.start(tracks && run === runs - 1 ? kindOfModule(model) : undefined);
    total += await timed(() => timer.register());
    timer.stop();
  }
  const times = timer.times(runs);
  return {
    modules: times,
    total: total / runs,
    unhooked: unhooked / runs,
    toString: () => profileText(times, total / runs, unhooked / runs),
  };
}

function checkTimable(where: string, path: string, module: Hookable): void {
  const { unsupported, validateEdit } = optionsOf(module);
  if (validateEdit !== undefined) {
    throw new TypeError(
      `${where}: ${path || 'the model'} is computed in a graph, which the runtime runs at once: its hooks cannot tell when it ran\n` +
        "  expected: the runtime's own profile, in ONNX Runtime sessionOptions: { enableProfiling: true } and endProfiling(); " +
        'or a predicate as "select" that takes modules outside the graph: (path) => path === \'\'',
    );
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
