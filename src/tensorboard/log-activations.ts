import {
  checkOptions,
  className,
  describe,
  type ForwardEvent,
  type Hookable,
  isThenable,
  readerOf,
  type Selection,
  type SelectionHandle,
} from '../hooks/index.ts';
import type { Numbers } from '../kernels/index.ts';
import type { AddHistogramOptions, Step } from './add-options.ts';
import type { SummaryWriter } from './summary-writer.ts';

export interface LogActivationsOptions extends Pick<AddHistogramOptions, 'bins' | 'maxBins'> {
  /** Logs call 0, `every`, 2 `every`, … of each module; with `step`, the steps that `every` divides. Default 1. */
  readonly every?: number;
  /**
   * What the tags are: the modules' paths, their reprs as in PyTorch's tutorials, or what a function makes of both.
   * Where two modules would have one tag, their paths are added in brackets. Default `'path'`.
   */
  readonly tag?: 'path' | 'repr' | ((path: string, module: Hookable) => string);
  /**
   * The step of a record, asked at each call: the number of the batch, say. A module that is called again at one step has
   * the tag `{tag}/call_1`, then `{tag}/call_2`. Default: the module's calls are its steps.
   */
  readonly step?: () => Step;
}

/**
 * Sends a histogram of every output of the modules to a writer, one tag for each module. Where an output holds several
 * tensors, in an array or a plain object, each has a tag of its own below that: `lstm/0`, `lstm/1`.
 *
 * It is an observer: what it throws is reported and does not stop the model, see `observe`.
 *
 * @example
 * const handle = logActivations(writer, select(net, Linear), { every: 10 });
 * // …
 * handle.remove();
 * @throws TypeError or RangeError for other arguments
 */
export function logActivations(
  writer: Pick<SummaryWriter<never>, 'addHistogram'>,
  selection: Selection,
  options: LogActivationsOptions = {},
): SelectionHandle {
  const where = 'logActivations()';
  checkOptions(where, options, ['every', 'tag', 'step', 'bins', 'maxBins']);
  const { every = 1, tag = 'path', step, ...histogram } = options;
  if (typeof writer?.addHistogram !== 'function') {
    throw new TypeError(`${where}: a SummaryWriter expected, got ${describe(writer)}`);
  }
  if (typeof (selection as Partial<Selection> | undefined)?.observe !== 'function') {
    throw new TypeError(`${where}: what select() gives expected, got ${describe(selection)}`);
  }
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new RangeError(`${where}: option "every" must be a whole number of at least 1, got ${describe(every)}`);
  }
  if (tag !== 'path' && tag !== 'repr' && typeof tag !== 'function') {
    throw new TypeError(`${where}: option "tag" must be 'path', 'repr' or a function, got ${describe(tag)}`);
  }
  if (step !== undefined && typeof step !== 'function') {
    throw new TypeError(`${where}: option "step" must be a function, got ${describe(step)}`);
  }
  const tags = tagsOf(selection, tag);
  const repeats = new RepeatedSteps();
  return selection.observe(function logActivations(event) {
    const base = tags.get(event.module)!;
    const at = step === undefined ? event.call : step();
    const repeat = step === undefined ? 0 : repeats.count(event.module, at);
    if (BigInt(Math.trunc(Number(at))) % BigInt(every) !== 0n) return undefined;
    const name = repeat === 0 ? base : `${base}/call_${repeat}`;
    return logTensors(event, name, (each, values) => writer.addHistogram(each, values, at, histogram));
  });
}

function tagsOf(selection: Selection, tag: NonNullable<LogActivationsOptions['tag']>): Map<Hookable, string> {
  const named = [...selection].map(([path, module]) => {
    if (typeof tag === 'function') return { path, module, name: tag(path, module) };
    // A repr of several lines would make no heading; a root has no path.
    const repr = String(module).replace(/\s*\n\s*/g, ' ');
    return { path, module, name: tag === 'repr' ? repr : path || className(module) };
  });
  const isShared = (name: string) => named.filter((other) => other.name === name).length > 1;
  return new Map(named.map(({ path, module, name }) => [module, isShared(name) ? `${name} (${path})` : name]));
}

/** How often each module was called at the step it is at. */
class RepeatedSteps {
  readonly #last: WeakMap<Hookable, { step: Step; calls: number }> = new WeakMap();

  count(module: Hookable, step: Step): number {
    const last = this.#last.get(module);
    const calls = last?.step === step ? last.calls + 1 : 0;
    this.#last.set(module, { step, calls });
    return calls;
  }
}

type Log = (tag: string, values: Numbers) => void;

/** Logs the one tensor of an output, or each of several. @returns a promise where values can only be waited for */
function logTensors({ module, output }: ForwardEvent, tag: string, log: Log): Promise<unknown> | undefined {
  const reader = readerOf(module);
  const waiting: PromiseLike<unknown>[] = [];
  const visit = (value: unknown, name: string): boolean => {
    if (reader?.is(value)) {
      const values = reader.values(value);
      if (isThenable(values)) waiting.push(values.then((numbers) => log(name, numbers)));
      else log(name, values);
      return true;
    }
    if (!isContainer(value)) return false;
    return Object.entries(value).filter(([key, part]) => visit(part, `${name}/${key}`)).length > 0;
  };
  if (!visit(output, tag)) {
    throw new TypeError(
      `logActivations(): the output of ${tag} has no tensor that its module can read: ${describe(output)}`,
    );
  }
  return waiting.length === 0 ? undefined : Promise.all(waiting);
}

function isContainer(value: unknown): value is object {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
