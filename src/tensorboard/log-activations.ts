import {
  ANYTHING,
  checkOptions,
  describe,
  FUNCTION,
  mismatch,
  POSITIVE_INTEGER,
  readStep,
  rule,
} from '../check/index.ts';
import {
  type ForwardEvent,
  type Handle,
  handleOf,
  OutputTensors,
  type ReadingEvent,
  RecordPlaces,
  report,
  type Selection,
  type TagOption,
  tagsOf,
} from '../hooks/index.ts';
import { defaultEdges } from '../kernels/index.ts';
import { addRegistration, finishBeforeClose, keepOpen, tagsInUse } from './live-registrations.ts';
import { type MergedSteps, type MergingWriter, mergedSteps } from './merged-steps.ts';
import { readBinOptions } from './summaries/bins.ts';
import type { SummaryWriter } from './summary-writer.ts';
import type { AddHistogramOptions, Step } from './writer-options.ts';

/** Options of {@link logActivations}. */
export interface LogActivationsOptions extends Pick<AddHistogramOptions, 'bins' | 'maxBins'> {
  /** Logs call 0, `every`, 2 `every`, … of each module; with `step`, the steps that `every` divides. Default 1. */
  readonly every?: number;
  /**
   * The tags: the modules' paths, their reprs as in PyTorch's tutorials, or the results of a function of both. Modules
   * with equal tags get their paths added in brackets. Default `'path'`.
   */
  readonly tag?: TagOption;
  /**
   * Comes before each tag, with a '/' between: `encoder/0`. Paths begin at the root of the selection, so two selections may
   * have equal paths; of two records of one tag and step TensorBoard shows the last. Default: none.
   */
  readonly prefix?: string;
  /**
   * Returns the step of each call, such as the number of the batch. Further calls of a module at one step have the tags
   * `{tag}/call_1`, `{tag}/call_2`, …. Default: counts the calls of each module, from 0.
   */
  readonly step?: () => Step;
  /**
   * `'step'` merges all calls of a module at one step into one histogram, such as the batches of an epoch. It is written when
   * another step begins, at `remove()` and at the writer's `close()`. A call is in training if its last input has
   * `training: true` (tfjs's options), or its module does. Once a tag has had calls in training, all others are merged under
   * `{tag}/validation`. Needs `step`, and bins that do not depend on the values: the default, or edges.
   */
  readonly merge?: 'step';
}

/** A writer for {@link logActivations}; merging also needs `addHistogramRaw` and `addScalar`. */
type ActivationsWriter = Pick<SummaryWriter<never>, 'addHistogram'> & Partial<MergingWriter>;

const WHERE = 'logActivations()';

/**
 * Logs a histogram of every output of the modules, with one tag per module. If an output holds several tensors, in arrays,
 * Maps or the properties of objects, each has a tag below that: `lstm/0`, `lstm/logits`. Outputs without a tensor are
 * skipped.
 *
 * It is an observer: errors are reported and do not stop the model, see `observe`. While the writer cannot write, that is
 * reported once, records it drops are counted, and logging goes on.
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
  checkOptions(WHERE, options, {
    every: POSITIVE_INTEGER,
    tag: ANYTHING,
    prefix: ANYTHING,
    step: FUNCTION,
    merge: rule("'step'", (value) => value === 'step'),
    bins: ANYTHING,
    maxBins: ANYTHING,
  });
  const { every = 1, tag = 'path', prefix, step, merge } = options;
  if (typeof writer?.addHistogram !== 'function') throw mismatch(WHERE, 'the writer', 'a SummaryWriter', writer);
  const tags = tagsOf(WHERE, selection, tag, prefix);
  const histogram = readBinOptions(WHERE, options);
  const tensors = new OutputTensors(WHERE);
  const readStepNow = step && (() => readStep(WHERE, step()));

  let merged: MergedSteps | undefined;
  let observer: (event: ForwardEvent) => Promise<unknown> | undefined;
  if (merge === undefined) {
    const records = new RecordPlaces(tags, readStepNow);
    observer = (event) => {
      const { tag: name, step: at } = records.next(event.module);
      if (BigInt(at) % BigInt(every) !== 0n) return undefined;
      return tensors.eachValues(event, name, (each, values) => writer.addHistogram(each, values, at, histogram));
    };
  } else {
    const edges = checkMerge(writer, step, histogram.bins);
    const steps = mergedSteps(WHERE, writer as MergingWriter, edges, histogram.maxBins);
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
  const activationLogger = (event: ReadingEvent) => {
    const reading = observer(event as ForwardEvent);
    if (reading !== undefined) keepOpen(registration.writer, reading);
    return reading;
  };
  // Merging looks at inputs.
  const handle =
    merged === undefined
      ? selection.observe(activationLogger, { reads: 'values' })
      : selection.observe(activationLogger);
  const end = addRegistration(registration);
  const release = merged && finishBeforeClose(writer, merged);
  return handleOf(() => {
    handle.remove();
    end();
    merged?.finish();
    release?.();
  });
}

function checkMerge(writer: ActivationsWriter, step: unknown, bins: unknown): Float64Array {
  if (step === undefined) {
    throw new TypeError(`${WHERE}: option "merge" needs the option "step": without it each call is its own step`);
  }
  if (typeof writer.addHistogramRaw !== 'function' || typeof writer.addScalar !== 'function') {
    throw new TypeError(`${WHERE}: option "merge" needs a SummaryWriter, got ${describe(writer)}`);
  }
  if (bins === 'tensorflow') return defaultEdges();
  if (typeof bins === 'object') return bins as Float64Array;
  throw new TypeError(
    `${WHERE}: option "merge" needs bins that do not depend on the values (the default, or edges), got ${describe(bins)}`,
  );
}

/** Whether a call is in training: an options object after the inputs says so (tfjs), or a property of the module (PyTorch). */
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
      `layertap: ${WHERE}: the tag ${JSON.stringify(first)}${others} is in use by another logActivations() of this run; ` +
        'of two records of one tag and step TensorBoard shows the last\n' +
        '  give one of them the option "prefix", or remove the other',
    ),
  );
}
