/** @file Watching a model for NaN, infinities and overflow. */
import {
  BOOLEAN,
  check,
  checkOptions,
  describeError,
  FUNCTION,
  isThenable,
  mismatch,
  oneOf,
  POSITIVE_INTEGER,
  rule,
  STRING,
  type Summary,
} from '../check/index.ts';
import {
  type ForwardEvent,
  forEachTensor,
  type Handle,
  type Hookable,
  handleOf,
  isHookable,
  observeStrictly,
  optionsOf,
  report,
  type Selector,
  select,
  summaryOf,
} from '../hooks/index.ts';
import { findingText, type GuardFinding, type GuardFrame } from './guard-finding.ts';
import { checkTarget, type RecordingTarget, writeTo } from './recording-target.ts';
import { replayFile } from './replay-file.ts';
import { kindOfModule } from './run.ts';

export interface GuardOptions {
  /** The modules to watch, as for `select`. Default: the model and all below it. */
  select?: Selector;
  /** Watch the first call of each module and every n-th after that. Default 1. */
  every?: number;
  /** How many calls before the finding are reported, of all watched modules. Default 20. */
  history?: number;
  /** Also find values beyond 65504, which float16 cannot hold. Infinities are always found. Default false. */
  float16?: boolean;
  /** Let -Infinity pass, which masks of attention have on purpose. Default false. */
  masks?: boolean;
  /** Also find a tensor for which this returns a text, the reason, or true. */
  condition?: (frame: GuardFrame) => string | boolean | undefined;
  /** 'report': `onFound` gets the finding, and the model goes on. 'throw': the call of the module also throws it. Default 'report'. */
  action?: 'report' | 'throw';
  /** Gets the finding. Default: it is an error for the reporter of the process, see `setReporter`. Not called with 'throw' by default. */
  onFound?: (finding: GuardFinding) => unknown;
  /** A path or a WritableStream that gets what runs the module again: its inputs, weights, configuration and output. */
  save?: RecordingTarget;
  /** The file of a class of your own, kept in the saved file so that a reader can find it. */
  source?: string;
}

/** A guard that is registered. */
export interface GuardHandle extends Handle {
  /** What was found; undefined so far. */
  readonly finding: GuardFinding | undefined;
}

/** What is thrown with `action: 'throw'`. */
export class GuardError extends Error {
  override readonly name: string = 'GuardError';
  readonly finding: GuardFinding;

  constructor(finding: GuardFinding) {
    super(`guard(): ${findingText(finding)}`);
    this.finding = finding;
  }
}

const WHERE = 'guard()';
const LARGEST_FLOAT16 = 65_504;

const OPTIONS = {
  select: rule('a selector', () => true),
  every: POSITIVE_INTEGER,
  history: POSITIVE_INTEGER,
  float16: BOOLEAN,
  masks: BOOLEAN,
  condition: FUNCTION,
  action: oneOf(['report', 'throw']),
  onFound: FUNCTION,
  save: rule('a path, a file: URL or a WritableStream', () => true),
  source: STRING,
};

/**
 * Watches the outputs of a model for the first NaN or infinity, a value that float16 cannot hold, or a condition of yours, and then
 * ends. The module that ends first is found: the innermost one.
 * @example
 * const guarded = guard(net, { action: 'throw', save: 'bad.safetensors' });
 * @throws TypeError, RangeError or Error for wrong arguments, with nothing registered
 */
export function guard(model: Hookable, options: GuardOptions = {}): GuardHandle {
  if (!isHookable(model)) throw mismatch(WHERE, 'the model', 'a module', model);
  checkOptions(WHERE, options, OPTIONS);
  if (options.save !== undefined) checkTarget(WHERE, options.save);
  const selector = options.select ?? (() => true);
  const watched = [...select(model, selector)].filter(
    ([, module]) => optionsOf(module).unsupported?.observer === undefined,
  );
  if (watched.length === 0) throw new TypeError(`${WHERE}: no module of ${model} can be observed`);
  return new Guard(options).register(watched);
}

function isolated(onFound: (finding: GuardFinding) => unknown, finding: GuardFinding): void {
  const failed = (cause: unknown) =>
    report(new Error(`layertap: ${WHERE}: onFound failed: ${describeError(cause)}`, { cause }));
  try {
    const result = onFound(finding);
    if (isThenable(result)) result.then(undefined, failed);
  } catch (cause) {
    failed(cause);
  }
}

class Guard {
  readonly #options: GuardOptions;
  /** The last calls, a ring. */
  readonly #frames: GuardFrame[] = [];
  readonly #handles: Handle[] = [];
  #finding: GuardFinding | undefined;
  /** A finding that came when its call had ended, thrown by the next one. */
  #late: GuardError | undefined;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  register(modules: readonly (readonly [string, Hookable])[]): GuardHandle {
    try {
      for (const [path, module] of modules) {
        const kind = kindOfModule(module);
        let seen = 0;
        const guarded = (event: ForwardEvent) => {
          const { every = 1 } = this.#options;
          if (seen++ % every === 0 || this.#late !== undefined) this.#watch(path, kind, event);
        };
        this.#handles.push(observeStrictly(module, path, guarded));
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    return Object.defineProperty(
      handleOf(() => this.#end()),
      'finding',
      {
        get: () => this.#finding,
        enumerable: true,
      },
    ) as GuardHandle;
  }

  #watch(path: string, kind: string, event: ForwardEvent): void {
    if (this.#late !== undefined) {
      const late = this.#late;
      this.#end();
      throw late;
    }
    const { output, reader, call } = event;
    if (reader === undefined || this.#finding !== undefined) return;
    forEachTensor(
      output,
      (value) => reader.is(value),
      (tensor, place) => {
        const shape = [...reader.shape(tensor)];
        let statistics: ReturnType<typeof summaryOf>;
        try {
          statistics = summaryOf(WHERE, reader, tensor);
        } catch {
          // Its type cannot be read: it holds no NaN that could be found.
          return;
        }
        const look = (found: Summary | undefined) => {
          if (found !== undefined) this.#look({ path, kind, call, place, shape, statistics: found }, event);
        };
        if (!isThenable(statistics)) {
          try {
            look(statistics);
          } finally {
            if (this.#finding !== undefined) this.#end();
          }
          return;
        }
        const looked = statistics.then(look).then(() => {
          if (this.#finding !== undefined && this.#options.action !== 'throw') this.#end();
        });
        looked.then(undefined, (error) => {
          // The call has ended: the next one throws it.
          if (error instanceof GuardError) this.#late = error;
          else report(new Error(`layertap: ${WHERE}: ${path || 'the model'} cannot be read: ${describeError(error)}`));
        });
      },
    );
  }

  /** @throws GuardError */
  #look(frame: GuardFrame, event: ForwardEvent): void {
    if (this.#finding !== undefined) return;
    const { history = 20, action = 'report', onFound, save } = this.#options;
    const why = this.#why(frame);
    if (why === undefined) {
      this.#frames.push(frame);
      if (this.#frames.length > history) this.#frames.shift();
      return;
    }
    const saved = save === undefined ? undefined : this.#save(event, frame, why, save);
    const finding: GuardFinding = { ...frame, why, history: [...this.#frames], saved };
    this.#finding = finding;
    const error = new GuardError(finding);
    if (onFound !== undefined) isolated(onFound, finding);
    else if (action === 'report') report(error);
    if (action === 'throw') throw error;
  }

  #why(frame: GuardFrame): string | undefined {
    const { nan, positiveInfinity, negativeInfinity, min, max, count } = frame.statistics;
    const of = (found: number, what: string) => `${found} of ${count} values are ${what}`;
    if (nan > 0) return of(nan, 'NaN');
    const { float16 = false, masks = false, condition } = this.#options;
    const infinite = positiveInfinity + (masks ? 0 : negativeInfinity);
    if (infinite > 0)
      return of(infinite, positiveInfinity > 0 ? 'infinite' : '-Infinity (a mask? the option "masks" lets it pass)');
    if (float16 && (max > LARGEST_FLOAT16 || min < -LARGEST_FLOAT16)) {
      return `float16 cannot hold its values, which are from ${min} to ${max}`;
    }
    const own = condition?.(frame);
    if (own === undefined || own === false || own === '') return undefined;
    check(
      WHERE,
      'what "condition" returns',
      own,
      rule('a text, true, false or undefined', (value) => value === true || typeof value === 'string'),
    );
    return own === true ? 'the condition holds' : String(own);
  }

  /** Reads everything now; only the writing is awaited. */
  #save(event: ForwardEvent, frame: GuardFrame, why: string, to: RecordingTarget): Promise<void> {
    const { source } = this.#options;
    const file = replayFile(WHERE, event, { path: frame.path, kind: frame.kind, why, source });
    const written = (async () => writeTo(WHERE, to, await file))();
    // Reported if nothing awaits it.
    written.then(undefined, (error) =>
      report(new Error(`layertap: ${WHERE}: nothing was saved: ${describeError(error)}`, { cause: error })),
    );
    return written;
  }

  #end(): void {
    for (const handle of this.#handles.splice(0)) handle.remove();
  }
}
