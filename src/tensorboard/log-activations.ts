import {
  checkOptions,
  describe,
  eachTensor,
  RepeatedSteps,
  type Selection,
  type SelectionHandle,
  type TagOption,
  tagsOf,
} from '../hooks/index.ts';
import type { AddHistogramOptions, Step } from './add-options.ts';
import type { SummaryWriter } from './summary-writer.ts';

export interface LogActivationsOptions extends Pick<AddHistogramOptions, 'bins' | 'maxBins'> {
  /** Logs call 0, `every`, 2 `every`, … of each module; with `step`, the steps that `every` divides. Default 1. */
  readonly every?: number;
  /**
   * What the tags are: the modules' paths, their reprs as in PyTorch's tutorials, or what a function makes of both.
   * Where two modules would have one tag, their paths are added in brackets. Default `'path'`.
   */
  readonly tag?: TagOption;
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
  const tags = tagsOf(where, selection, tag);
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new RangeError(`${where}: option "every" must be a whole number of at least 1, got ${describe(every)}`);
  }
  if (step !== undefined && typeof step !== 'function') {
    throw new TypeError(`${where}: option "step" must be a function, got ${describe(step)}`);
  }
  const repeats = new RepeatedSteps<Step>();
  return selection.observe(function logActivations(event) {
    const base = tags.get(event.module)!;
    const at = step === undefined ? event.call : step();
    const name = step === undefined ? base : repeats.tag(event.module, at, base);
    if (BigInt(Math.trunc(Number(at))) % BigInt(every) !== 0n) return undefined;
    return eachTensor(where, event, name, (each, values) => writer.addHistogram(each, values, at, histogram));
  });
}
