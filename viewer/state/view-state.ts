import { type Signal, signal } from '@preact/signals-core';
import { onChange } from '../on-change.ts';

/** A number for each layer and step of the overview. */
export type Statistic = 'mean' | 'std' | 'min' | 'max' | 'zeros' | 'nonFinite' | 'count';

/** Both ends are included. */
export type Range = readonly [from: number, to: number];

/** The position of the pointer or the keyboard's cursor. */
export interface Hover {
  readonly step: number;
  /** The tag, if the pointer is in a card of one tag. */
  readonly tag?: string;
  readonly run?: string;
  /** The value, if the card has an axis of values. */
  readonly value?: number;
}

/** What is shown, and how, shared by all cards. */
export interface View {
  /** The steps that are drawn; undefined for all. */
  readonly steps: Range | undefined;
  /** The brushed steps, which ridges and overlays draw. */
  readonly brush: Range | undefined;
  readonly hover: Hover | undefined;
  readonly statistic: Statistic;
  readonly histograms: 'heat' | 'ridge' | 'overlay';
  readonly valueAxis: 'linear' | 'symlog';
  readonly scalarAxis: 'linear' | 'symlog';
  /** Whether all rows of the overview share a colour scale. */
  readonly overviewScale: 'all rows' | 'each row';
  /** The zoomed value ranges by tag; others fit the bulk of the data. */
  readonly values: ReadonlyMap<string, Range>;
  readonly hiddenRuns: ReadonlySet<string>;
  readonly runs: 'overlaid' | 'side by side';
  /** The weight of the past in smoothed scalars, 0 to 0.999. */
  readonly smoothing: number;
  /** Words that shown tags must contain, or `/a regular expression/`. */
  readonly filter: string;
}

export const FIRST_VIEW: View = {
  steps: undefined,
  brush: undefined,
  hover: undefined,
  statistic: 'std',
  histograms: 'heat',
  valueAxis: 'symlog',
  scalarAxis: 'linear',
  overviewScale: 'all rows',
  values: new Map(),
  hiddenRuns: new Set(),
  runs: 'side by side',
  smoothing: 0.6,
  filter: '',
};

export type ViewListener = (view: View, before: View) => void;

/** Whether only the pointer or the brush moved: what is below them need not be drawn again. */
export function onlyMarksMoved(view: View, before: View): boolean {
  return (Object.keys(view) as (keyof View)[]).every(
    (name) => name === 'hover' || name === 'brush' || view[name] === before[name],
  );
}

/** The {@link View} of a viewer. Calls listeners synchronously; cards then draw in the next frame. */
export class ViewState {
  readonly #view: Signal<View>;

  constructor(view: View = FIRST_VIEW) {
    this.#view = signal(view);
  }

  get view(): View {
    return this.#view.value;
  }

  change(changes: Partial<View>): void {
    this.#view.value = { ...this.#view.peek(), ...changes };
  }

  /** @returns a function that stops listening */
  listen(listener: ViewListener): () => void {
    return onChange(this.#view, listener);
  }
}
