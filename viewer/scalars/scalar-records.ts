import type { RecordPlaces, Timed } from '../axes/record-places.ts';
import type { CardContext } from '../cards/card.ts';
import { CLOCK, type Clock } from '../clock.ts';
import { lowerBound, nearestAt } from '../data/binary-search.ts';
import { type ExactRows, exactRows } from '../data/exact-rows.ts';
import type { ScalarSpan } from '../data/scalar-wants.ts';
import type { AxisUnit, ViewState } from '../state/view-state.ts';
import type { PlacedRecord, PlacedRecords, ScalarLine } from './scalar-line.ts';

/** Records of more lines than this take a part of a frame. */
const MANY = 100;
/** Milliseconds without a movement. */
const REST = 60;

/** All records of a line around a place, as the view then was. */
interface Window extends PlacedRecords {
  readonly unit: AxisUnit;
  readonly smoothing: number;
}

/**
 * The records of the lines of a card. A line may be a part of its series: until its source has sent the records around the
 * pointer, those of the line are the nearest that are known.
 */
export class ScalarRecords {
  readonly #store: CardContext['store'];
  readonly #state: ViewState;
  readonly #places: RecordPlaces;
  readonly #tag: string;
  readonly #onCame: () => void;
  /** By run. */
  readonly #windows: Map<string, Window> = new Map();
  /** By run: what was asked last, and as of when. */
  readonly #asked: Map<string, string> = new Map();
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;
  #asking = false;
  /** What was asked for last, while another question is under way. */
  #next: (() => void) | undefined;

  /** @param onCame called when records have come that were asked for */
  constructor({ store, state, axes }: CardContext, tag: string, onCame: () => void, clock: Clock = CLOCK) {
    this.#clock = clock;
    this.#store = store;
    this.#state = state;
    this.#places = axes.places;
    this.#tag = tag;
    this.#onCame = onCame;
  }

  /** The record nearest to a place, or the last one; undefined for places before the first and after the last record. */
  at(line: ScalarLine, place: number | undefined): PlacedRecord | undefined {
    const { places } = line;
    if (place === undefined) return { of: line, row: places.length - 1 };
    return isWithin(places, place) ? this.nearest(line, place) : undefined;
  }

  /** The record nearest to a place. */
  nearest(line: ScalarLine, place: number): PlacedRecord {
    const of = this.#around(line, place) ?? line;
    return { of, row: nearestAt(of.places, place) };
  }

  /** The next record behind a place, or the last one before it; undefined if there is none. */
  neighbour(line: ScalarLine, place: number, direction: 1 | -1): PlacedRecord | undefined {
    const around = this.#around(line, place);
    for (const of of around === undefined ? [line] : [around, line]) {
      const row = direction === 1 ? firstBehind(of.places, place) : lowerBound(of.places, place) - 1;
      if (row >= 0 && row < of.places.length) return { of, row };
    }
    return undefined;
  }

  /** Seconds since the first record of the run; undefined if the times are unknown. */
  relative(line: ScalarLine, { of, row }: PlacedRecord): number | undefined {
    const { run } = line;
    return (of === line ? this.#places.of(run, of, 'relative') : this.#placesOf(line, of, 'relative'))[row];
  }

  /**
   * Asks for the records around a place, of lines that are a part of their series. One question is under way at a time: while
   * the pointer moves, the last place counts. Of many lines it asks when the pointer rests.
   */
  ask(lines: readonly ScalarLine[], place: number): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (lines.length <= MANY) this.#askNow(lines, place);
    else this.#cancel = this.#clock.after(REST, () => this.#askNow(lines, place));
  }

  /** Asks nothing more. */
  stop(): void {
    this.#cancel?.();
    this.#next = undefined;
  }

  #askNow(lines: readonly ScalarLine[], place: number): void {
    if (this.#asking) {
      this.#next = () => this.#askNow(lines, place);
      return;
    }
    const spans = lines.flatMap((line) => this.#spanOf(line, place) ?? []);
    if (spans.length > 0) void this.#request(lines, spans);
  }

  async #request(lines: readonly ScalarLine[], spans: readonly ScalarSpan[]): Promise<void> {
    this.#asking = true;
    const found = await exactRows(this.#tag, spans, this.#store);
    this.#asking = false;
    for (const line of lines) {
      const rows = found.get(line.run);
      if (rows !== undefined && rows.steps.length > 0) this.#keep(line, rows);
    }
    this.#onCame();
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }

  #keep(line: ScalarLine, { steps, wallTimes, values, smoothed, smoothing }: ExactRows): void {
    const unit = this.#state.view.axis;
    const window = { steps, wallTimes, values, smoothed: smoothing > 0 ? smoothed : values, version: line.version };
    this.#windows.set(line.run, { ...window, places: this.#placesOf(line, window, unit), unit, smoothing });
  }

  /** The steps to ask for: from the drawn record before the nearest one to the one behind it. */
  #spanOf(line: ScalarLine, place: number): ScalarSpan | undefined {
    const { run, series, version, steps, places } = line;
    if (!series.isPart || !isWithin(places, place)) return undefined;
    const nearest = nearestAt(places, place);
    const [from, to] = [steps[Math.max(0, nearest - 1)]!, steps[Math.min(steps.length - 1, nearest + 1)]!];
    // The source smooths as the card has said that it does.
    const smoothing = this.#store.scalarWants.of(this.#tag)?.smoothing;
    const question = [version, from, to, this.#state.view.axis, smoothing].join();
    if (this.#asked.get(run) === question) return undefined;
    this.#asked.set(run, question);
    return { run, from, to };
  }

  /** The window of a line, if a place is in it. */
  #around({ run, series }: ScalarLine, place: number): Window | undefined {
    const window = this.#windows.get(run);
    const { axis, smoothing } = this.#state.view;
    const isOfView = series.isPart && window?.unit === axis && window.smoothing === smoothing;
    return isOfView && isWithin(window.places, place) ? window : undefined;
  }

  /**
   * The places of records between some of a line: by their own times, if these agree with the places of the line. If not, the
   * clock went back or stood still, and they are spread evenly.
   */
  #placesOf(line: ScalarLine, records: Timed, unit: AxisUnit): Float64Array {
    const { steps } = records;
    if (unit === 'step') return steps;
    const drawn = this.#places.of(line.run, line, unit);
    const [first, last] = [steps[0]!, steps.at(-1)!].map((step) => drawn[lowerBound(line.steps, step)]);
    if (first === undefined || last === undefined) return new Float64Array(0);
    const own = this.#places.of(line.run, records, unit);
    if (own[0] === first && own.at(-1) === last) return own;
    const apart = (last - first) / Math.max(1, steps.length - 1);
    return Float64Array.from(steps, (_, i) => first + i * apart);
  }
}

const isWithin = (places: Float64Array, place: number): boolean => place >= places[0]! && place <= places.at(-1)!;

/** The index of the first place behind one. */
function firstBehind(places: Float64Array, place: number): number {
  const at = lowerBound(places, place);
  return places[at] === place ? at + 1 : at;
}
