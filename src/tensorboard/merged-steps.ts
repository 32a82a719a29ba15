import { describeError, isFirstReport, outageOf } from '../check/index.ts';
import { report } from '../hooks/index.ts';
import type { Numbers } from '../kernels/index.ts';
import { drainAtExit, forget, type Waiting } from './sinks/at-exit.ts';
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
class MergedStep {
  readonly step: bigint;
  readonly tags: Map<string, Sums> = new Map();
  readonly pending: Set<PromiseLike<unknown>> = new Set();
  ended = false;

  constructor(step: bigint) {
    this.step = step;
  }
}

/** Adds up the histograms of all calls at one step, and writes them when the next step begins or the process ends. */
export class MergedSteps implements Waiting {
  readonly #where: string;
  readonly #writer: MergingWriter;
  readonly #edges: Float64Array;
  readonly #maxBins: number;
  readonly #histograms: HistogramValues = new HistogramValues();
  /** Steps that are not written yet, the current one last. */
  readonly #steps: Set<MergedStep> = new Set();
  #current: MergedStep | undefined;
  /** Tags with calls in training: their other calls have a tag below. */
  readonly #trained: Set<string> = new Set();

  constructor(where: string, writer: MergingWriter, edges: Float64Array, maxBins: number) {
    this.#where = where;
    this.#writer = writer;
    this.#edges = edges;
    this.#maxBins = maxBins;
  }

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
  ): Promise<unknown> | undefined {
    const merged = this.#begin(step);
    const reading = read((tag, values) => {
      const sums = merged.tags.get(tag) ?? {};
      merged.tags.set(tag, sums);
      const key = training ? 'training' : 'other';
      sums[key] ??= new HistogramSum(this.#edges);
      sums[key].add(values);
    });
    if (reading === undefined) return undefined;
    const settled = () => {
      merged.pending.delete(reading);
      this.#writeIfComplete(merged);
    };
    merged.pending.add(reading);
    reading.then(settled, settled);
    return reading;
  }

  /** Ends the current step: it is written now, or when its pending values were read. */
  finish(): void {
    if (this.#current !== undefined) this.#end(this.#current);
  }

  drain(): void {
    for (const step of this.#steps) this.#write(step);
  }

  #begin(step: bigint): MergedStep {
    if (this.#current?.step === step) return this.#current;
    if (this.#current !== undefined) this.#end(this.#current);
    this.#current = new MergedStep(step);
    this.#steps.add(this.#current);
    drainAtExit(this);
    return this.#current;
  }

  #end(step: MergedStep): void {
    step.ended = true;
    this.#current = undefined;
    this.#writeIfComplete(step);
  }

  #writeIfComplete(step: MergedStep): void {
    if (step.ended && step.pending.size === 0) this.#write(step);
  }

  #write(step: MergedStep): void {
    // First, because a writer that is called while the process ends may call back.
    if (!this.#steps.delete(step)) return;
    if (this.#steps.size === 0) forget(this);
    for (const [tag, { training, other }] of step.tags) {
      if (training !== undefined) {
        this.#trained.add(tag);
        this.#add(tag, training, step.step);
      }
      if (other !== undefined) this.#add(this.#trained.has(tag) ? `${tag}/validation` : tag, other, step.step);
    }
  }

  /** A record that the writer refuses must not keep the others from being written. */
  #add(tag: string, sum: HistogramSum, step: bigint): void {
    const values = this.#histograms.of(`${this.#where}: ${tag}`, tag, sum.histogram(this.#maxBins), sum.moments!);
    for (const { tag: name, histogram, simpleValue } of values) {
      try {
        if (histogram !== undefined) this.#writer.addHistogramRaw(name, histogram, step);
        else this.#writer.addScalar(name, simpleValue!, step);
      } catch (error) {
        this.#reportFailure(error);
      }
    }
  }

  #reportFailure(error: unknown): void {
    const outage = outageOf(error);
    if (outage === undefined) {
      report(new Error(`layertap: ${this.#where}: ${describeError(error)}`, { cause: error }));
    } else if (isFirstReport(outage)) report(error as Error);
  }
}
