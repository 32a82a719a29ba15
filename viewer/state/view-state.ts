import { type Signal, signal } from '@preact/signals-core';
import { onChange } from '../on-change.ts';

/** A number for each layer and step of the overview. */
export type Statistic = 'mean' | 'std' | 'min' | 'max' | 'zeros' | 'nonFinite' | 'count';

/** Both ends are included. */
export type Range = readonly [from: number, to: number];

/** What the horizontal axes show: steps, seconds since a run's first record, or seconds since 1970. */
export type AxisUnit = 'step' | 'relative' | 'wall';

/** The position of the pointer or the keyboard's cursor. */
export interface Hover {
  /** The step of a record, or between two. */
  readonly step: number;
  /** On an axis of time, the place in its seconds. Default: that of the record. */
  readonly time?: number;
  /** The pointer is shown on the axis of this tag, or of all tags. */
  readonly tag?: string;
  readonly run?: string;
  /** The value, if the card has an axis of values. */
  readonly value?: number;
}

/** How images are shown. */
export interface ImageLook {
  /** Screen pixels per pixel of an image, or as large as the card allows. */
  readonly zoom: 'fit' | number;
  /** Factors: 1 for the colours of the file. */
  readonly brightness: number;
  readonly contrast: number;
}

/** What is shown, and how, shared by all cards. */
export interface View {
  /** A change of it ends zoom, brush and hover, which are in its unit. */
  readonly axis: AxisUnit;
  /** Sets of tags that the user has put on one axis each. Other tags are grouped by their last steps. */
  readonly axes: readonly (readonly string[])[];
  /** The part of an axis that is drawn, by one of its tags, in the unit of the axis. Others are drawn whole. */
  readonly steps: ReadonlyMap<string, Range>;
  /** The brushed part of an axis, by one of its tags, which ridges and overlays draw. */
  readonly brush: ReadonlyMap<string, Range>;
  readonly hover: Hover | undefined;
  readonly statistic: Statistic;
  readonly histograms: 'heat' | 'ridge' | 'overlay';
  readonly valueAxis: 'linear' | 'symlog';
  readonly scalarAxis: 'linear' | 'symlog';
  /** Whether the axis of scalars leaves out a few values far from all others. */
  readonly ignoreOutliers: boolean;
  /** Whether all rows of the overview share a colour scale. */
  readonly overviewScale: 'all rows' | 'each row';
  /** The zoomed value ranges by tag; others fit the bulk of the data. */
  readonly values: ReadonlyMap<string, Range>;
  readonly hiddenRuns: ReadonlySet<string>;
  /** How images are shown. */
  readonly images: ImageLook;
  /** Whether texts are shown as Markdown, or as they were written. */
  readonly markdown: boolean;
  readonly runs: 'overlaid' | 'side by side';
  /** The weight of the past in smoothed scalars, 0 to 0.999. */
  readonly smoothing: number;
  /** Words that shown tags must contain, or `/a regular expression/`. */
  readonly filter: string;
  /** The colours that the user gave runs, as `#rrggbb`. */
  readonly colours: ReadonlyMap<string, string>;
  /** The run that is pointed at in a list or a table; its lines are drawn in front. */
  readonly run: string | undefined;
}

export const FIRST_VIEW: View = {
  axis: 'step',
  axes: [],
  steps: new Map(),
  brush: new Map(),
  hover: undefined,
  statistic: 'std',
  histograms: 'heat',
  valueAxis: 'symlog',
  scalarAxis: 'linear',
  ignoreOutliers: true,
  overviewScale: 'all rows',
  values: new Map(),
  hiddenRuns: new Set(),
  images: { zoom: 'fit', brightness: 1, contrast: 1 },
  markdown: true,
  runs: 'side by side',
  smoothing: 0.6,
  filter: '',
  colours: new Map(),
  run: undefined,
};

const UNMARKED: Pick<View, 'steps' | 'brush' | 'hover'> = { steps: new Map(), brush: new Map(), hover: undefined };

/** Called after each change of the view, with the view before it. */
export type ViewListener = (view: View, before: View) => void;

/** The run that is pointed at, in a list or in a chart. */
export const pointedRun = ({ run, hover }: View): string | undefined => run ?? hover?.run;

/** What is drawn above the pictures. */
const MARKS: ReadonlySet<string> = new Set<keyof View>(['hover', 'brush', 'run']);

/** Whether only the pointer or the brush moved: what is below them need not be drawn again. */
export function onlyMarksMoved(view: View, before: View): boolean {
  return (Object.keys(view) as (keyof View)[]).every((name) => MARKS.has(name) || view[name] === before[name]);
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
    const before = this.#view.peek();
    const isOtherUnit = changes.axis !== undefined && changes.axis !== before.axis;
    this.#view.value = { ...before, ...(isOtherUnit && UNMARKED), ...changes };
  }

  /** @returns a function that stops listening */
  listen(listener: ViewListener): () => void {
    return onChange(this.#view, listener);
  }
}
