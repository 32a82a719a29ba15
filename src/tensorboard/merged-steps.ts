import { describeError, isFirstReport, outageOf } from '../check/index.ts';
import { report } from '../hooks/index.ts';
import type { Numbers } from '../kernels/index.ts';
import { drainAtExit, forget } from './sinks/at-exit.ts';
import { HistogramSum } from './summaries/histogram-sum.ts';
import { HistogramValues } from './summaries/histogram-values.ts';
import type { SummaryWriter } from './summary-writer.ts';

export type MergingWriter = Pick<SummaryWriter<never>, 'addHistogramRaw' | 'addScalar'>;

/** The histograms of one tag at one step: of calls in training, and of others. */
interface Sums {
  training?: HistogramSum;
  other?: HistogramSum;
}

/** A step that is written once it has ended and has no pending values. */
interface MergedStep {
  readonly step: bigint;
  readonly tags: Map<string, Sums>;
  readonly pending: Set<PromiseLike<unknown>>;
  ended: boolean;
}

export interface MergedSteps {
  /**
   * Adds the values of one call.
   * @param training whether it was a call in training
   * @param read reads the values and passes those of each tag to `add`
   * @returns the result of `read`
   */
  merge(
    step: bigint,
    training: boolean,
    read: (add: (tag: string, values: Numbers) => void) => Promise<unknown> | undefined,
  ): Promise<unknown> | undefined;
  /** Ends the current step: it is written now, or when its pending values were read. */
  finish(): void;
}

/** Adds up the histograms of all calls at one step, and writes them when the next step begins or the process ends. */
export function mergedSteps(where: string, writer: MergingWriter, edges: Float64Array, maxBins: number): MergedSteps {
  const histograms = new HistogramValues();
  /** Steps that are not written yet, the current one last. */
  const steps = new Set<MergedStep>();
  let current: MergedStep | undefined;
  /** Tags with calls in training: their other calls have a tag below. */
  const trained = new Set<string>();
  const waiting = {
    drain() {
      for (const step of steps) write(step);
    },
  };

  function begin(step: bigint): MergedStep {
    if (current?.step === step) return current;
    finish();
    current = { step, tags: new Map(), pending: new Set(), ended: false };
    steps.add(current);
    drainAtExit(waiting);
    return current;
  }

  function finish(): void {
    const step = current;
    if (step === undefined) return;
    step.ended = true;
    current = undefined;
    writeIfComplete(step);
  }

  function writeIfComplete(step: MergedStep): void {
    if (step.ended && step.pending.size === 0) write(step);
  }

  function write(step: MergedStep): void {
    // First, because a writer that is called while the process ends may call back.
    if (!steps.delete(step)) return;
    if (steps.size === 0) forget(waiting);
    for (const [tag, { training, other }] of step.tags) {
      if (training !== undefined) {
        trained.add(tag);
        add(tag, training, step.step);
      }
      if (other !== undefined) add(trained.has(tag) ? `${tag}/validation` : tag, other, step.step);
    }
  }

  /** A record that the writer refuses must not keep the others from being written. */
  function add(tag: string, sum: HistogramSum, step: bigint): void {
    const values = histograms.of(`${where}: ${tag}`, tag, sum.histogram(maxBins), sum.moments!);
    for (const { tag: name, histogram, simpleValue } of values) {
      try {
        if (histogram !== undefined) writer.addHistogramRaw(name, histogram, step);
        else writer.addScalar(name, simpleValue!, step);
      } catch (error) {
        const outage = outageOf(error);
        if (outage === undefined) report(new Error(`layertap: ${where}: ${describeError(error)}`, { cause: error }));
        else if (isFirstReport(outage)) report(error as Error);
      }
    }
  }

  return {
    finish,
    merge(step, training, read) {
      const merged = begin(step);
      const reading = read((tag, values) => {
        const sums = merged.tags.get(tag) ?? {};
        merged.tags.set(tag, sums);
        const key = training ? 'training' : 'other';
        sums[key] ??= new HistogramSum(edges);
        sums[key].add(values);
      });
      if (reading === undefined) return undefined;
      const settled = () => {
        merged.pending.delete(reading);
        writeIfComplete(merged);
      };
      merged.pending.add(reading);
      reading.then(settled, settled);
      return reading;
    },
  };
}
