import { checkOptions, describe, readStep } from '../check/index.ts';
import {
  type ForwardEvent,
  type Handle,
  handleOf,
  OutputTensors,
  RecordPlaces,
  report,
  type Selection,
  type TagOption,
  tagsOf,
} from '../hooks/index.ts';
import { defaultEdges } from '../kernels/index.ts';
import type { AddHistogramOptions, Step } from './add-options.ts';
import { addRegistration, finishBeforeClose, keepOpen, tagsInUse } from './live-registrations.ts';
import { MergedSteps, type MergingWriter } from './merged-steps.ts';
import { readBinOptions } from './summaries/bins.ts';
import type { SummaryWriter } from './summary-writer.ts';

export interface LogActivationsOptions extends Pick<AddHistogramOptions, 'bins' | 'maxBins'> {
  /** Logs call 0, `every`, 2 `every`, … of each module, counted from now; with `step`, the steps that `every` divides. Default 1. */
  readonly every?: number;
  /**
   * What the tags are: the modules' paths, their reprs as in PyTorch's tutorials, or what a function makes of both.
   * Where two modules would have one tag, their paths are added in brackets. Default `'path'`.
   */
  readonly tag?: TagOption;
  /**
   * Stands before each tag, with a '/' between them: `encoder/0`. Paths begin at the root that was selected from, so two
   * selections may have the same ones; of two records of one tag and step TensorBoard shows the last. Default: none.
   */
  readonly prefix?: string;
  /**
   * The step of a record, asked at each call: the number of the batch, say. A module that is called again at one step has
   * the tag `{tag}/call_1`, then `{tag}/call_2`. Default: the module's calls are its steps, counted from 0 since now.
   */
  readonly step?: () => Step;
  /**
   * `'step'` makes one histogram of all calls of a module at one step, such as the batches of an epoch. It is written when
   * another step begins, at `remove()` and at the writer's `close()`. Calls outside of training are merged apart, under
   * `{tag}/validation`, once the tag has had calls in training: those whose last input has `training: true` (tfjs's
   * options), or whose module does. Needs `step`, and bins that do not depend on the values: the default, or edges.
   */
  readonly merge?: 'step';
}

/** What {@link logActivations} calls; merging also needs `addHistogramRaw` and `addScalar`. */
type ActivationsWriter = Pick<SummaryWriter<never>, 'addHistogram'> & Partial<MergingWriter>;

const WHERE = 'logActivations()';

/**
 * Sends a histogram of every output of the modules to a writer, one tag for each module. Where an output holds several
 * tensors, in arrays, Maps or the own properties of objects, each has a tag of its own below that: `lstm/0`, `lstm/logits`.
 * A call whose output has no tensor is passed over.
 *
 * It is an observer: what it throws is reported and does not stop the model, see `observe`. A writer that cannot write for
 * a while does not end it: that is reported once, and what the writer did not take is counted.
 *
 * @example
 * const handle = logActivations(writer, select(net, Linear), { every: 10 });
 * // …
 * handle.remove();
 * @throws TypeError or RangeError for other arguments
 */
export function logActivations(
  writer: ActivationsWriter,
  selection: Selection,
  options: LogActivationsOptions = {},
): Handle {
  checkOptions(WHERE, options, ['every', 'tag', 'prefix', 'step', 'merge', 'bins', 'maxBins']);
  const { every = 1, tag = 'path', prefix, step, merge } = options;
  if (typeof writer?.addHistogram !== 'function') {
    throw new TypeError(`${WHERE}: a SummaryWriter expected, got ${describe(writer)}`);
  }
  const tags = tagsOf(WHERE, selection, tag, prefix);
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new RangeError(`${WHERE}: option "every" must be a whole number of at least 1, got ${describe(every)}`);
  }
  if (step !== undefined && typeof step !== 'function') {
    throw new TypeError(`${WHERE}: option "step" must be a function, got ${describe(step)}`);
  }
  const histogram = readBinOptions(WHERE, options);
  const tensors = new OutputTensors(WHERE);
  const readStepNow = step && (() => readStep(WHERE, step()));

  let merged: MergedSteps | undefined;
  let observer: (event: ForwardEvent) => Promise<unknown> | undefined;
  if (merge === undefined) {
    const places = new RecordPlaces(tags, readStepNow);
    observer = (event) => {
      const { tag: name, step: at } = places.next(event.module);
      if (BigInt(at) % BigInt(every) !== 0n) return undefined;
      return tensors.eachValues(event, name, (each, values) => writer.addHistogram(each, values, at, histogram));
    };
  } else {
    const edges = checkMerge(merge, writer, step, histogram.bins);
    const steps = new MergedSteps(WHERE, writer as MergingWriter, edges, histogram.maxBins);
    merged = steps;
    observer = (event) => {
      const at = readStepNow!();
      if (at % BigInt(every) !== 0n) {
        steps.finish();
        return undefined;
      }
      return steps.merge(at, isTraining(event), (add) => tensors.eachValues(event, tags.get(event.module)!, add));
    };
  }

  const registration = { writer, tags: new Set(tags.values()) };
  reportShared(tagsInUse(writer, registration.tags));
  const handle = selection.observe(function activationLogger(event) {
    const reading = observer(event);
    if (reading !== undefined) keepOpen(registration.writer, reading);
    return reading;
  });
  const end = addRegistration(registration);
  const release = merged && finishBeforeClose(writer, merged);
  return handleOf(() => {
    handle.remove();
    end();
    merged?.finish();
    release?.();
  });
}

/** @returns the edges of the bins */
function checkMerge(merge: unknown, writer: ActivationsWriter, step: unknown, bins: unknown): Float64Array {
  if (merge !== 'step') {
    throw new TypeError(`${WHERE}: option "merge" must be 'step', got ${describe(merge)}`);
  }
  if (step === undefined) {
    throw new TypeError(`${WHERE}: option "merge" needs the option "step": each call is a step of its own without it`);
  }
  if (typeof writer.addHistogramRaw !== 'function' || typeof writer.addScalar !== 'function') {
    throw new TypeError(`${WHERE}: option "merge" needs a SummaryWriter, got ${describe(writer)}`);
  }
  if (bins === 'tensorflow') return defaultEdges();
  if (typeof bins === 'object') return bins as Float64Array;
  throw new TypeError(
    `${WHERE}: option "merge" needs bins that do not depend on the values, got ${describe(bins)}\n` +
      '  expected: the edges of the bins, or the default',
  );
}

/** What the framework says of a call: in an options object behind its inputs, as tfjs; or by the module, as PyTorch. */
function isTraining({ module, inputs }: ForwardEvent): boolean {
  const options = (inputs as readonly unknown[]).at(-1) as { training?: unknown } | null | undefined;
  if (typeof options?.training === 'boolean') return options.training;
  return (module as { training?: unknown }).training === true;
}

function reportShared(shared: readonly string[]): void {
  if (shared.length === 0) return;
  const [first] = shared;
  const others = shared.length === 1 ? '' : ` (and ${shared.length - 1} more)`;
  report(
    new Error(
      `layertap: ${WHERE}: the tag ${JSON.stringify(first)}${others} has another logActivations() of this run that was ` +
        'not removed; of two records of one tag and step TensorBoard shows the last\n' +
        '  give one of them the option "prefix", or remove the other',
    ),
  );
}
