import { OutputTensors, type RecordPlace, RecordPlaces, report } from '../../../src/adapter.ts';
import { describe, describeError } from '../../../src/check/index.ts';
import type { ForwardEvent, Hookable, ReadingEvent, Selection } from '../../../src/index.ts';
import type { Clock } from '../../clock.ts';
import { histogramOf } from '../../data/histogram-of.ts';
import type { SourceListener } from '../data-source.ts';
import { ActivationCapture, type Describe } from './activation-capture.ts';
import { Delivery } from './delivery.ts';
import { Rounds } from './rounds.ts';
import { TimeBudget } from './time-budget.ts';

/** See LiveOptions. */
export interface CaptureSettings {
  readonly run: string;
  readonly tags: ReadonlyMap<Hookable, string>;
  readonly step: (() => number | bigint) | undefined;
  readonly share: number;
  /** Says what single outputs are. */
  readonly describeOutput: Describe;
  /** Whether it needs whole events. */
  readonly readsInputs: boolean;
}

/** Milliseconds between two updates of the budget and the rounds. */
const TICK = 50;

/** After this many errors in a row a module is left out. */
const ERRORS_IN_A_ROW = 3;

/**
 * Captures the outputs of a selection for one listener.
 * @returns a function that removes the hooks; the listener is not called afterwards
 */
export function capture(
  selection: Selection,
  { run, tags, step, share, describeOutput, readsInputs }: CaptureSettings,
  listener: SourceListener,
  clock: Clock,
): () => void {
  const { activations: wanted } = listener;
  const budget = new TimeBudget(share);
  // A listener that takes single outputs only gets no histograms.
  const watched = wanted?.only === true ? 0 : selection.size;
  const rounds: Rounds = new Rounds(watched, () => budget.isOpen && pending === 0 && delivery.hasRoom);
  const outputs = wanted && new ActivationCapture(run, wanted, describeOutput, new TimeBudget(share), clock);
  if (watched === 0) for (const tag of tags.values()) wanted!.offer(run, tag);
  const delivery = new Delivery(listener, clock, () => rounds.update());
  const places = new RecordPlaces(tags, step && (() => finiteStep(step())));
  const tensors = new OutputTensors('liveSource()', (error) => {
    report(error);
    if (!stopped) delivery.warning(error.message.replace(/^layertap: /, ''));
  });
  const errorsOf = new Map<Hookable, number>();
  /** The tensors that the listener may ask for. */
  const offered = new Set<string>();
  /** Outputs whose values are still being read. */
  let pending = 0;
  /** Whether a module was called since the last tick. */
  let called = false;
  let lastTick = 0;
  let stopTicking: (() => void) | undefined;
  let stopped = false;

  function offer(name: string): void {
    offered.add(name);
    clock.after(0, () => stopped || wanted!.offer(run, name));
  }

  function placeOf(module: Hookable): RecordPlace<number> {
    try {
      return places.next(module);
    } catch (error) {
      failed(module, tags.get(module)!, error);
      throw error;
    }
  }

  /** @returns a promise if values are read asynchronously */
  function consider(event: ReadingEvent, place: RecordPlace<number>): Promise<void> | undefined {
    const { module } = event;
    if (errorsOf.get(module) === ERRORS_IN_A_ROW || !rounds.takes(module)) return undefined;
    const start = clock.now();
    try {
      const reading = read(event, place);
      if (reading === undefined) errorsOf.delete(module);
      return reading;
    } catch (error) {
      failed(module, place.tag, error);
      // Reported like any error of an observer.
      throw error;
    } finally {
      spend(clock.now() - start);
      rounds.captured();
    }
  }

  /** Reads an output that is wanted. @returns a promise if values are read asynchronously */
  function show(event: ReadingEvent, place: RecordPlace<number>): Promise<void> | undefined {
    const { module } = event;
    if (errorsOf.get(module) === ERRORS_IN_A_ROW || !outputs!.takes(place.tag)) return undefined;
    const start = clock.now();
    try {
      const reading = outputs!.read(event as ForwardEvent, place, tensors, spendOnOutputs);
      if (reading === undefined) errorsOf.delete(module);
      return reading && settle(module, place.tag, reading);
    } catch (error) {
      failed(module, place.tag, error);
      throw error;
    } finally {
      spendOnOutputs(clock.now() - start);
      outputs!.rounds.captured();
    }
  }

  function read(event: ReadingEvent, { tag, step }: RecordPlace<number>): Promise<void> | undefined {
    const wallTime = Date.now() / 1000;
    let inForward = true;
    const reading = tensors.eachValues(event, tag, (name, values) => {
      if (stopped) return;
      if (wanted !== undefined && !offered.has(name)) offer(name);
      const start = inForward ? 0 : clock.now();
      delivery.point({ kind: 'histogram', run, tag: name, step, wallTime, ...histogramOf(values) });
      if (!inForward) spend(clock.now() - start);
    });
    inForward = false;
    return reading && settle(event.module, tag, reading);
  }

  async function settle(module: Hookable, tag: string, reading: Promise<unknown>): Promise<void> {
    pending++;
    try {
      await reading;
      errorsOf.delete(module);
    } catch (error) {
      failed(module, tag, error);
      throw error;
    } finally {
      pending--;
      rounds.update();
    }
  }

  function failed(module: Hookable, tag: string, error: unknown): void {
    if (stopped) return;
    const errors = (errorsOf.get(module) ?? 0) + 1;
    errorsOf.set(module, errors);
    const out = errors === ERRORS_IN_A_ROW ? `; it is left out after ${errors} errors in a row` : '';
    delivery.warning(`${tag} could not be read: ${describeError(error)}${out}`);
    if (errors === ERRORS_IN_A_ROW) rounds.leaveOut(module);
  }

  function spend(milliseconds: number): void {
    budget.spend(milliseconds);
    startTicking();
  }

  function spendOnOutputs(milliseconds: number): void {
    outputs!.budget.spend(milliseconds);
    startTicking();
  }

  function startTicking(): void {
    if (stopTicking !== undefined || stopped) return;
    lastTick = clock.now();
    stopTicking = clock.every(TICK, tick);
  }

  function tick(): void {
    const now = clock.now();
    const quiet = !called;
    called = false;
    // Both together take the share.
    const parts = watched > 0 && outputs?.isWanted === true ? 2 : 1;
    budget.share = share / parts;
    budget.pass(now - lastTick, quiet);
    rounds.tick(quiet);
    if (outputs !== undefined) {
      outputs.budget.share = share / parts;
      outputs.budget.pass(now - lastTick, quiet);
      outputs.rounds.tick(quiet);
    }
    lastTick = now;
    // Nothing to refill and no round to end: an idle page needs no timer.
    const idle = (which: { budget: TimeBudget; rounds: Rounds }) => which.budget.isFull && !which.rounds.begun;
    if (!idle({ budget, rounds }) || (outputs !== undefined && !idle(outputs))) return;
    stopTicking?.();
    stopTicking = undefined;
  }

  const observer = (event: ReadingEvent) => {
    called = true;
    // Also in calls that are not captured, since steps are counted.
    const place = placeOf(event.module);
    const showing = outputs?.rounds.open === true ? show(event, place) : undefined;
    const counting = rounds.open ? consider(event, place) : undefined;
    return showing !== undefined && counting !== undefined ? Promise.all([showing, counting]) : (showing ?? counting);
  };
  const handle = readsInputs ? selection.observe(observer) : selection.observe(observer, { reads: 'values' });
  return () => {
    stopped = true;
    handle.remove();
    outputs?.stop();
    stopTicking?.();
    delivery.stop();
  };
}

function finiteStep(step: unknown): number {
  if (typeof step === 'bigint' || Number.isFinite(step)) return Number(step);
  throw new TypeError(`liveSource(): option "step" must return a finite number or a bigint, got ${describe(step)}`);
}
