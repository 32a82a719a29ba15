/** One number for each layer and step, in the overview. */
export type Statistic = 'mean' | 'std' | 'min' | 'max' | 'zeros' | 'nonFinite' | 'count';

/** A range, both ends in it. */
export type Range = readonly [from: number, to: number];

/** Where the pointer, or the keyboard's cursor, is. */
export interface Hover {
  readonly step: number;
  /** Where it is in a card of one tag. */
  readonly tag?: string;
  readonly run?: string;
  /** The value under the pointer, where the card has an axis of values. */
  readonly value?: number;
}

/** What all views share: whoever changes it is seen by all others. */
export interface View {
  /** The steps that are drawn; undefined: all there are. */
  readonly steps: Range | undefined;
  /** The steps that are chosen with the brush: ridges and overlays draw these. */
  readonly brush: Range | undefined;
  readonly hover: Hover | undefined;
  readonly statistic: Statistic;
  readonly histograms: 'heat' | 'ridge' | 'overlay';
  readonly valueAxis: 'linear' | 'symlog';
  /** The axis of scalars. */
  readonly scalarAxis: 'linear' | 'symlog';
  /** Whether the colours of the overview are those of all its rows, or of each row for itself. */
  readonly overviewScale: 'all rows' | 'each row';
  /** Values that are drawn, per tag, where somebody zoomed; others are fitted to the bulk of the data. */
  readonly values: ReadonlyMap<string, Range>;
  /** Runs that are not drawn. */
  readonly hiddenRuns: ReadonlySet<string>;
  readonly runs: 'overlaid' | 'side by side';
  /** Weight of the past in smoothed scalars, 0 to 0.999. */
  readonly smoothing: number;
  /** Only tags with this in their name, or that match it as a regular expression. */
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

/** Is told what changed. */
export type ViewListener = (view: View, before: View) => void;

/** Whether pointer and brush alone moved: what lies under them stays as it is drawn. */
export function onlyMarksMoved(view: View, before: View): boolean {
  return (Object.keys(view) as (keyof View)[]).every(
    (name) => name === 'hover' || name === 'brush' || view[name] === before[name],
  );
}

/** The one {@link View} of a viewer. Listeners are called at once; whoever draws waits for the next frame. */
export class ViewState {
  #view: View;
  readonly #listeners: Set<ViewListener> = new Set();

  constructor(view: View = FIRST_VIEW) {
    this.#view = view;
  }

  get view(): View {
    return this.#view;
  }

  change(changes: Partial<View>): void {
    const before = this.#view;
    this.#view = { ...before, ...changes };
    for (const listener of [...this.#listeners]) listener(this.#view, before);
  }

  /** @returns how to stop listening */
  listen(listener: ViewListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
