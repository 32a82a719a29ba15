import { describeError, isFirstReport, outageOf } from '../check/index.ts';
import { report } from '../hooks/index.ts';
import type { Numbers } from '../kernels/index.ts';
import { drainAtExit, forget, type Waiting } from './sinks/at-exit.ts';
import { EmptyHistograms } from './summaries/empty-histograms.ts';
import { HistogramSum } from './summaries/histogram-sum.ts';
import { NonFiniteCounts } from './summaries/non-finite.ts';
import type { SummaryWriter } from './summary-writer.ts';

/** What merging needs of a writer. */
export type MergingWriter = Pick<SummaryWriter<never>, 'addHistogramRaw' | 'addScalar'>;

/** What one tag has at one step: what was computed in training, and what was not. */
interface Sums {
  training?: HistogramSum;
  other?: HistogramSum;
}

/** One step, which is written when it has ended and no values are waited for any more. */
class MergedStep {
  readonly step: bigint;
  readonly tags: Map<string, Sums> = new Map();
  readonly reading: Set<PromiseLike<unknown>> = new Set();
  ended = false;

  constructor(step: bigint) {
    this.step = step;
  }
}

/**
 * Adds up the histograms of all calls at one step, and writes them when the next step begins. What a process that ends has
 * not written yet, it writes then.
 */
export class MergedSteps implements Waiting {
  readonly #where: string;
  readonly #writer: MergingWriter;
  readonly #edges: Float64Array;
  readonly #maxBins: number;
  readonly #empty: EmptyHistograms = new EmptyHistograms();
  readonly #nonFinite: NonFiniteCounts = new NonFiniteCounts();
  /** Those that are not written, the current one last. */
  readonly #steps: Set<MergedStep> = new Set();
  #current: MergedStep | undefined;
  /** Tags that were computed in training: what else comes there has a tag of its own. */
  readonly #trained: Set<string> = new Set();

  constructor(where: string, writer: MergingWriter, edges: Float64Array, maxBins: number) {
    this.#where = where;
    this.#writer = writer;
    this.#edges = edges;
    this.#maxBins = maxBins;
  }

  /**
   * Adds what one call gives.
   * @param training whether it was computed in training
   * @param read reads the call's values, and adds those of each tag
   * @returns what `read` returned
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
      merged.reading.delete(reading);
      this.#writeIfComplete(merged);
    };
    merged.reading.add(reading);
    reading.then(settled, settled);
    return reading;
  }

  /** Ends the current step: it is written now, or when the values that it waits for have come. */
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
    if (step.ended && step.reading.size === 0) this.#write(step);
  }

  #write(step: MergedStep): void {
    // First of all: a writer that is called while the process ends may come back here.
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
    const moments = sum.moments!;
    const histogram = sum.histogram(this.#maxBins);
    if (histogram === undefined) this.#empty.warn(`${this.#where}: ${tag}`, tag, moments.num);
    else this.#attempt(() => this.#writer.addHistogramRaw(tag, histogram, step));
    for (const { tag: curve, simpleValue } of this.#nonFinite.valuesOf(tag, moments)) {
      this.#attempt(() => this.#writer.addScalar(curve, simpleValue!, step));
    }
  }

  #attempt(add: () => void): void {
    try {
      add();
    } catch (error) {
      const outage = outageOf(error);
      if (outage === undefined) {
        report(new Error(`layertap: ${this.#where}: ${describeError(error)}`, { cause: error }));
      } else if (isFirstReport(outage)) report(error as Error);
    }
  }
}
