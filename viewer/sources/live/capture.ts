import { OutputTensors, type RecordPlace, RecordPlaces, report } from '../../../src/adapter.ts';
import { describe, describeError } from '../../../src/check/index.ts';
import type { ForwardEvent, Handle, Hookable, Selection } from '../../../src/index.ts';
import type { Clock } from '../../clock.ts';
import { histogramOf } from '../../data/histogram-of.ts';
import type { SourceListener } from '../data-source.ts';
import { Delivery } from './delivery.ts';
import { Rounds } from './rounds.ts';
import { TimeBudget } from './time-budget.ts';

/** See LiveOptions. */
export interface CaptureSettings {
  readonly run: string;
  readonly tags: ReadonlyMap<Hookable, string>;
  readonly step: (() => number | bigint) | undefined;
  readonly share: number;
}

/** Milliseconds between two updates of the budget and the rounds. */
const TICK = 50;

/** After this many errors in a row a module is left out. */
const ERRORS_IN_A_ROW = 3;

/** Captures the outputs of a selection for one listener. */
export class Capture {
  readonly #settings: CaptureSettings;
  readonly #clock: Clock;
  readonly #budget: TimeBudget;
  readonly #delivery: Delivery;
  readonly #rounds: Rounds;
  readonly #places: RecordPlaces<number>;
  readonly #tensors: OutputTensors = new OutputTensors('liveSource()', (error) => {
    report(error);
    if (!this.#stopped) this.#delivery.warning(error.message.replace(/^layertap: /, ''));
  });
  readonly #errors: Map<Hookable, number> = new Map();
  readonly #handle: Handle;
  /** Outputs whose values are still being read. */
  #pending = 0;
  /** Whether a module was called since the last tick. */
  #called = false;
  #lastTick = 0;
  #stopTicking: (() => void) | undefined;
  #stopped = false;

  constructor(selection: Selection, settings: CaptureSettings, listener: SourceListener, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#budget = new TimeBudget(settings.share);
    const rounds = new Rounds(
      selection.size,
      () => this.#budget.isOpen && this.#pending === 0 && this.#delivery.hasRoom,
    );
    this.#rounds = rounds;
    this.#delivery = new Delivery(listener, clock, () => rounds.update());
    const { step, tags } = settings;
    this.#places = new RecordPlaces(tags, step && (() => finiteStep(step())));
    this.#handle = selection.observe((event) => {
      this.#called = true;
      // For each call, since steps are counted.
      const place = this.#placeOf(event.module);
      return rounds.open ? this.#consider(event, place) : undefined;
    });
  }

  /** Removes the hooks. The listener is not called afterwards. */
  stop(): void {
    this.#stopped = true;
    this.#handle.remove();
    this.#stopTicking?.();
    this.#delivery.stop();
  }

  #placeOf(module: Hookable): RecordPlace<number> {
    try {
      return this.#places.next(module);
    } catch (error) {
      this.#failed(module, this.#settings.tags.get(module)!, error);
      throw error;
    }
  }

  /** @returns a promise if values are read asynchronously */
  #consider(event: ForwardEvent, place: RecordPlace<number>): Promise<void> | undefined {
    const { module } = event;
    if (this.#errors.get(module) === ERRORS_IN_A_ROW || !this.#rounds.takes(module)) return undefined;
    const start = this.#clock.now();
    try {
      const reading = this.#read(event, place);
      if (reading === undefined) this.#errors.delete(module);
      return reading;
    } catch (error) {
      this.#failed(module, place.tag, error);
      // Reported like any error of an observer.
      throw error;
    } finally {
      this.#spend(this.#clock.now() - start);
      this.#rounds.captured();
    }
  }

  #read(event: ForwardEvent, { tag, step }: RecordPlace<number>): Promise<void> | undefined {
    const { run } = this.#settings;
    const wallTime = Date.now() / 1000;
    let inForward = true;
    const reading = this.#tensors.eachValues(event, tag, (name, values) => {
      if (this.#stopped) return;
      const start = inForward ? 0 : this.#clock.now();
      this.#delivery.point({ kind: 'histogram', run, tag: name, step, wallTime, ...histogramOf(values) });
      if (!inForward) this.#spend(this.#clock.now() - start);
    });
    inForward = false;
    return reading && this.#settle(event.module, tag, reading);
  }

  async #settle(module: Hookable, tag: string, reading: Promise<unknown>): Promise<void> {
    this.#pending++;
    try {
      await reading;
      this.#errors.delete(module);
    } catch (error) {
      this.#failed(module, tag, error);
      throw error;
    } finally {
      this.#pending--;
      this.#rounds.update();
    }
  }

  #failed(module: Hookable, tag: string, error: unknown): void {
    if (this.#stopped) return;
    const errors = (this.#errors.get(module) ?? 0) + 1;
    this.#errors.set(module, errors);
    const out = errors === ERRORS_IN_A_ROW ? `; it is left out after ${errors} errors in a row` : '';
    this.#delivery.warning(`${tag} could not be read: ${describeError(error)}${out}`);
    if (errors === ERRORS_IN_A_ROW) this.#rounds.leaveOut(module);
  }

  #spend(milliseconds: number): void {
    this.#budget.spend(milliseconds);
    if (this.#stopTicking !== undefined || this.#stopped) return;
    this.#lastTick = this.#clock.now();
    this.#stopTicking = this.#clock.every(TICK, () => this.#tick());
  }

  #tick(): void {
    const now = this.#clock.now();
    const quiet = !this.#called;
    this.#called = false;
    this.#budget.pass(now - this.#lastTick, quiet);
    this.#lastTick = now;
    this.#rounds.tick(quiet);
    // Nothing to refill and no round to end: an idle page needs no timer.
    if (!this.#budget.isFull || this.#rounds.begun) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }
}

function finiteStep(step: unknown): number {
  if (typeof step === 'bigint' || Number.isFinite(step)) return Number(step);
  throw new TypeError(`liveSource(): option "step" must return a finite number or a bigint, got ${describe(step)}`);
}
