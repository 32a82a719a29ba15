/** @file Watching a model for NaN, infinities and overflow. */
import {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  describeError,
  FUNCTION,
  isThenable,
  mismatch,
  oneOf,
  POSITIVE_INTEGER,
  rule,
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
  readerOf,
  report,
  type Selector,
  select,
  summaryOf,
} from '../hooks/index.ts';
import { copyOf, freeCopy } from './copies.ts';
import { findingText, type GuardFinding, type GuardFrame } from './guard-finding.ts';
import { GuardHistory } from './guard-history.ts';
import { reasonOf } from './guard-reason.ts';
import { checkReplayTarget, type ReplayTarget, saveReplay, sourceUrl } from './replay-folder.ts';
import { kindOfModule, readerThatTells } from './run.ts';

/** Options of {@link guard}. */
export interface GuardOptions {
  /** The modules to watch, as for `select`. Default: the model and all below it. */
  select?: Selector;
  /** Watch the first call of each module and every n-th after that. Default 1. */
  every?: number;
  /** How many calls of each module are kept for the finding. Default 20. */
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
  /**
   * A folder, in Node, or a function that gets the name and the bytes of each file. There the module that was found is saved: the values
   * of its call, and a script that runs it again to the same bits.
   */
  save?: ReplayTarget;
  /**
   * For modules of classes of your own: the file, or its URL, whose default export, or the one with the name of the model's class, is
   * the model or makes it. Scripts import it.
   */
  source?: string | URL;
}

/** A guard that is registered. */
export interface GuardHandle extends Handle {
  /** What was found; undefined so far. */
  readonly finding: GuardFinding | undefined;
}

/** What is thrown with `action: 'throw'`. */
export class GuardError extends Error {
  override readonly name: string = 'GuardError';
  /** Not enumerable: a console that prints the error would add the whole history to its message. */
  declare readonly finding: GuardFinding;

  constructor(finding: GuardFinding) {
    super(`guard(): ${findingText(finding)}`);
    Object.defineProperty(this, 'finding', { value: finding });
  }
}

const WHERE = 'guard()';

const OPTIONS = {
  select: rule('a selector', () => true),
  every: POSITIVE_INTEGER,
  history: POSITIVE_INTEGER,
  float16: BOOLEAN,
  masks: BOOLEAN,
  condition: FUNCTION,
  action: oneOf(['report', 'throw']),
  onFound: FUNCTION,
  save: ANYTHING,
  source: ANYTHING,
};

/**
 * Watches the outputs of a model for the first NaN or infinity, a value that float16 cannot hold, or a condition of yours, and then
 * ends. The module that ends first is found: the innermost one.
 * @example
 * const guarded = guard(net, { action: 'throw', save: 'found' });
 * @throws TypeError, RangeError or Error for wrong arguments, with nothing registered
 */
export function guard(model: Hookable, options: GuardOptions = {}): GuardHandle {
  if (!isHookable(model)) throw mismatch(WHERE, 'the model', 'a module', model);
  checkOptions(WHERE, options, OPTIONS);
  if (options.save !== undefined) checkReplayTarget(WHERE, options.save);
  const source = options.source === undefined ? undefined : sourceUrl(WHERE, options.source);
  const selector = options.select ?? (() => true);
  const watched = [...select(model, selector)].filter(
    ([, module]) => optionsOf(module).unsupported?.observer === undefined,
  );
  if (watched.length === 0) throw new TypeError(`${WHERE}: no module of ${model} can be observed`);
  checkReaders(watched);
  return new Guard(model, options, source).register(watched);
}

/** @throws TypeError if no module has a reader; warns if some have none: their outputs hold nothing that could be found */
function checkReaders(watched: readonly (readonly [string, Hookable])[]): void {
  const unread = watched.filter(([, module]) => readerOf(module) === undefined);
  if (unread.length === watched.length) readerThatTells(WHERE, ...watched[0]!);
  if (unread.length === 0) return;
  const paths = unread.map(([path]) => path || 'the model').join(', ');
  console.warn(`layertap: ${WHERE}: not watched, since they have no TensorReader: ${paths}`);
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

/** Asks an adapter for the inputs too: observers of ONNX models get those alone that a hook needs. */
function needsInputs(): undefined {}

class Guard {
  readonly #model: Hookable;
  readonly #options: GuardOptions;
  /** The URL of the user's file. */
  readonly #source: string | undefined;
  readonly #history: GuardHistory;
  readonly #handles: Handle[] = [];
  #finding: GuardFinding | undefined;
  /** A finding that came when its call had ended, thrown by the next one. */
  #late: GuardError | undefined;

  constructor(model: Hookable, options: GuardOptions, source: string | undefined) {
    this.#model = model;
    this.#options = options;
    this.#source = source;
    this.#history = new GuardHistory(options.history ?? 20);
  }

  register(modules: readonly (readonly [string, Hookable])[]): GuardHandle {
    const { every = 1, save } = this.#options;
    try {
      for (const [path, module] of modules) {
        const kind = kindOfModule(module);
        const remember = this.#history.of(path);
        let seen = 0;
        const guarded = (event: ForwardEvent) => {
          if (seen++ % every === 0 || this.#late !== undefined) this.#watch(path, kind, event, remember);
        };
        // A file holds inputs and outputs.
        const reads = save === undefined ? 'statistics' : undefined;
        this.#handles.push(observeStrictly(module, path, guarded, reads));
        if (save === undefined || optionsOf(module).unsupported?.forward !== undefined) continue;
        this.#handles.push(module.registerForwardHook(needsInputs));
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    const handle = handleOf(() => this.#end());
    return Object.defineProperty(handle, 'finding', { get: () => this.#finding, enumerable: true }) as GuardHandle;
  }

  #watch(path: string, kind: string, event: ForwardEvent, remember: (frame: GuardFrame) => void): void {
    if (this.#late !== undefined) {
      const late = this.#late;
      this.#end();
      throw late;
    }
    const { output, reader, call } = event;
    if (reader === undefined || this.#finding !== undefined) return;
    let waiting: PromiseLike<void>[] | undefined;
    /** The call, with values that outlive it if the statistics do. */
    let kept: ForwardEvent | undefined;
    forEachTensor(
      output,
      (value) => reader.is(value),
      (tensor, place) => {
        const shape = [...reader.shape(tensor)];
        let statistics: ReturnType<typeof summaryOf>;
        try {
          statistics = summaryOf(WHERE, reader, tensor);
        } catch (error) {
          // A type that cannot be read holds no NaN that could be found.
          if (!(error instanceof TypeError)) this.#unread(path, error);
          return;
        }
        const look = (found: Summary | undefined, of: ForwardEvent) => {
          if (found !== undefined) this.#look({ path, kind, call, place, shape, statistics: found }, of, remember);
        };
        if (!isThenable(statistics)) {
          try {
            look(statistics, event);
          } finally {
            if (this.#finding !== undefined) this.#end();
          }
          return;
        }
        if (this.#options.save !== undefined) kept ??= copied(event);
        waiting ??= [];
        waiting.push(statistics.then((found) => look(found, kept ?? event)));
      },
    );
    if (waiting !== undefined) this.#await(waiting, path, kept);
  }

  /** Nothing waits for statistics of a call that has ended. */
  async #await(waiting: readonly PromiseLike<void>[], path: string, kept: ForwardEvent | undefined): Promise<void> {
    for (const one of await Promise.allSettled(waiting)) {
      if (one.status === 'fulfilled') continue;
      // The call has ended: the next one throws it.
      if (one.reason instanceof GuardError) this.#late = one.reason;
      else this.#unread(path, one.reason);
    }
    if (kept !== undefined) freeCopy([kept.inputs, kept.output], kept.module);
    if (this.#finding !== undefined && this.#options.action !== 'throw') this.#end();
  }

  #unread(path: string, cause: unknown): void {
    const text = `layertap: ${WHERE}: ${path || 'the model'} cannot be read: ${describeError(cause)}`;
    report(new Error(text, { cause }));
  }

  /** @throws GuardError */
  #look(frame: GuardFrame, event: ForwardEvent, remember: (frame: GuardFrame) => void): void {
    if (this.#finding !== undefined) return;
    const why = reasonOf(WHERE, frame, this.#options);
    if (why === undefined) {
      remember(frame);
      return;
    }
    const { history = 20, action = 'report', onFound, save } = this.#options;
    const finding: GuardFinding = {
      ...frame,
      why,
      history: this.#history.byModule(),
      before: this.#history.last(history),
      saved: save === undefined ? undefined : this.#save(event, frame, why, save),
    };
    // Not enumerable: JSON does not see it.
    Object.defineProperty(finding, 'toString', { value: () => findingText(finding) });
    this.#finding = finding;
    const error = new GuardError(finding);
    if (onFound !== undefined) isolated(onFound, finding);
    else if (action === 'report') report(error);
    if (action === 'throw') throw error;
  }

  #save({ module, inputs, output, reader }: ForwardEvent, frame: GuardFrame, why: string, to: ReplayTarget) {
    const { path, call } = frame;
    const saved = { model: this.#model, path, module, call, why, inputs, output, reader };
    const written = (async () => saveReplay(WHERE, to, this.#source, saved))();
    // Reported if nothing awaits it.
    written.then(undefined, (error) =>
      report(
        new Error(`layertap: ${WHERE}: the saved files are not complete: ${describeError(error)}`, { cause: error }),
      ),
    );
    return written;
  }

  #end(): void {
    for (const handle of this.#handles.splice(0)) handle.remove();
  }
}

const copied = (event: ForwardEvent): ForwardEvent => ({
  ...event,
  inputs: copyOf(event.inputs, event.reader) as unknown[],
  output: copyOf(event.output, event.reader),
});
