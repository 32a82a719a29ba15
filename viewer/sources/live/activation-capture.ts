import { type OutputTensors, type RecordPlace, report } from '../../../src/adapter.ts';
import type { Numbers } from '../../../src/check/index.ts';
import { type ForwardEvent, type Summary, summarize } from '../../../src/index.ts';
import { type Activation, type ActivationOutput, activationOf, type Want } from '../../activation/activation.ts';
import type { ActivationListener } from '../../activation/activations.ts';
import type { Clock } from '../../clock.ts';
import { Rounds } from './rounds.ts';
import type { TimeBudget } from './time-budget.ts';

/** Outputs are read at most this often, in milliseconds: once for each frame of a screen. */
const PACE = 15;

/** What a source says about the output of an event. */
export type Describe = (event: ForwardEvent, shape: readonly number[]) => Pick<ActivationOutput, 'layout' | 'labels'>;

/**
 * Reads the outputs that the listener wants, as they were in one forward, within a budget of time. None is read while one
 * of the last forward is still on its way.
 */
export class ActivationCapture {
  readonly budget: TimeBudget;
  readonly rounds: Rounds;
  readonly #run: string;
  readonly #listener: ActivationListener;
  readonly #describe: Describe;
  readonly #clock: Clock;
  readonly #stopWants: () => void;
  /** The wants of each place that was called, without those of other places. */
  readonly #byPlace: Map<string, readonly Want[]> = new Map();
  #wants: readonly Want[] = [];
  #stopped = false;
  /** Outputs on their way, and the time until the next may be read. */
  #pending = 0;

  constructor(run: string, listener: ActivationListener, describe: Describe, budget: TimeBudget, clock: Clock) {
    this.#run = run;
    this.#listener = listener;
    this.#describe = describe;
    this.#clock = clock;
    this.budget = budget;
    this.rounds = new Rounds(0, () => this.budget.isOpen && this.#pending === 0);
    this.#stopWants = listener.wants.listen(() => this.#read());
    this.#read();
  }

  get isWanted(): boolean {
    return this.#wants.length > 0;
  }

  #read(): void {
    this.#wants = this.#listener.wants.all.filter(({ run }) => run === this.#run);
    this.#byPlace.clear();
    this.rounds.size = new Set(this.#wants.map(({ tag }) => tag)).size;
  }

  /** Whether the output of this call is read now. Valid while `rounds.open`. */
  takes(tag: string): boolean {
    if (this.#wantsOf(tag).length === 0 || !this.rounds.takes(tag)) return false;
    if (this.#pending === 0) {
      this.#pending++;
      this.#clock.after(PACE, () => this.#settled());
    }
    return true;
  }

  #wantsOf(tag: string): readonly Want[] {
    let wants = this.#byPlace.get(tag);
    if (wants === undefined) {
      wants = this.#wants.filter((want) => want.tag === tag || want.tag.startsWith(`${tag}/`));
      this.#byPlace.set(tag, wants);
    }
    return wants;
  }

  /**
   * Reads what is wanted of an output, and gives it to the listener outside of the forward.
   * @param spend called with the milliseconds that work after the forward takes
   * @returns a promise if values are awaited
   */
  read(
    event: ForwardEvent,
    { tag, step }: RecordPlace<number>,
    tensors: OutputTensors,
    spend: (milliseconds: number) => void,
  ): Promise<unknown> | undefined {
    const wants = this.#wantsOf(tag);
    const described = new Map<string, ActivationOutput>();
    let first: string | undefined;
    // Shapes are read in the call: afterwards a framework may have disposed of the tensor.
    tensors.each(event, (tensor, place) => {
      first ??= tag + place;
      const shape = [...event.reader!.shape(tensor)];
      described.set(tag + place, { step, shape, ...this.#describe(event, shape) });
    });
    let inForward = true;
    const reading = tensors.eachValues(event, tag, (name, values) => {
      if (this.#stopped) return;
      const start = inForward ? 0 : this.#clock.now();
      const asked = wants.filter((want) => want.tag === name || (want.tag === tag && name === first));
      if (asked.length === 0) return;
      const summary = summarize(values as Float32Array);
      for (const want of asked) this.#give(want, described.get(name)!, values, summary);
      if (!inForward) spend(this.#clock.now() - start);
    });
    inForward = false;
    return reading && this.#wait(reading);
  }

  #give(want: Want, output: ActivationOutput, values: Numbers, summary: Summary): void {
    const activation = activationOf(want, output, values, summary);
    this.#pending++;
    this.#clock.after(0, () => void this.#deliver(activation));
  }

  async #deliver(activation: Activation): Promise<void> {
    try {
      if (!this.#stopped) await this.#listener.take(activation);
    } catch (error) {
      report(error as Error);
    }
    this.#settled();
  }

  async #wait(reading: Promise<unknown>): Promise<void> {
    this.#pending++;
    try {
      await reading;
    } finally {
      this.#settled();
    }
  }

  #settled(): void {
    this.#pending--;
    this.rounds.update();
  }

  stop(): void {
    this.#stopped = true;
    this.#stopWants();
  }
}
