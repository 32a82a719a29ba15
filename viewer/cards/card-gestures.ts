import type { Range, View, ViewState } from '../state/view-state.ts';
import { type Box, clamp, contains, type Point } from './geometry.ts';
import type { Gestures } from './pointer.ts';
import type { Plot } from './scene.ts';
import { withinSteps, zoomSteps } from './step-axis.ts';
import type { ValueAxis } from './value-axis.ts';

export interface Shown {
  readonly plot: Plot;
  readonly steps: Range;
  /** The steps without zoom. */
  readonly allSteps: Range;
  readonly axis: ValueAxis;
}

type Area = 'plot' | 'steps' | 'values';

interface Drag {
  readonly kind: 'brush' | 'pan' | 'steps' | 'values';
  readonly from: Point;
  readonly shown: Shown;
  readonly before: View;
  to: Point;
}

/**
 * The gestures of a histogram card. Dragging in the plot brushes steps, or pans with Shift; dragging along an axis
 * zooms to the range; a wheel zooms; a double click resets.
 */
export class CardGestures implements Gestures {
  readonly #element: HTMLElement;
  readonly #state: ViewState;
  readonly #tag: string;
  readonly #shown: () => Shown | undefined;
  readonly #changed: () => void;
  #drag: Drag | undefined;

  /** @param changed is called when {@link band} changes and the view does not */
  constructor(
    element: HTMLElement,
    state: ViewState,
    tag: string,
    shown: () => Shown | undefined,
    changed: () => void,
  ) {
    this.#element = element;
    this.#state = state;
    this.#tag = tag;
    this.#shown = shown;
    this.#changed = changed;
  }

  get dragging(): boolean {
    return this.#drag !== undefined;
  }

  /** The part that a drag along an axis will zoom to. */
  get band(): Box | undefined {
    const drag = this.#drag;
    if (drag === undefined || drag.kind === 'brush' || drag.kind === 'pan') return undefined;
    const { plot, across } = drag.shown.plot;
    if ((drag.kind === 'steps') === (across === 'steps')) {
      const [from, to] = ordered(drag.from.x, drag.to.x, plot.left, plot.left + plot.width);
      return { ...plot, left: from, width: to - from };
    }
    const [from, to] = ordered(drag.from.y, drag.to.y, plot.top, plot.top + plot.height);
    return { ...plot, top: from, height: to - from };
  }

  #areaAt({ plot }: Shown, point: Point): Area | undefined {
    if (contains(plot.plot, point)) return 'plot';
    if (contains(plot.valueAxis, point)) return 'values';
    return plot.stepAxis !== undefined && contains(plot.stepAxis, point) ? 'steps' : undefined;
  }

  move(at: Point): void {
    const shown = this.#shown();
    if (shown === undefined) return;
    const area = this.#areaAt(shown, at);
    const resize = {
      steps: 'ew-resize',
      values: shown.plot.across === 'steps' ? 'ns-resize' : 'ew-resize',
      plot: 'crosshair',
    };
    const cursor = this.#drag?.kind === 'pan' ? 'grabbing' : area === undefined ? '' : resize[area];
    if (this.#element.style.cursor !== cursor) this.#element.style.cursor = cursor;
    if (this.#drag !== undefined && this.#drag.kind !== 'brush') return;
    this.#state.change({ hover: area === 'plot' ? shown.plot.pick(at.x, at.y) : undefined });
  }

  leave(): void {
    this.#state.change({ hover: undefined });
  }

  dragStart(from: Point, shift: boolean): boolean {
    const shown = this.#shown();
    const area = shown && this.#areaAt(shown, from);
    if (shown === undefined || area === undefined) return false;
    // A plot without a step axis has nothing to brush: dragging zooms its values.
    const kind = shift ? 'pan' : area !== 'plot' ? area : shown.plot.stepAxis === undefined ? 'values' : 'brush';
    this.#drag = { kind, from, to: from, shown, before: this.#state.view };
    return true;
  }

  drag(to: Point): void {
    const drag = this.#drag;
    // Escape may have cancelled the drag.
    if (drag === undefined) return;
    drag.to = to;
    const { plot, steps, axis } = drag.shown;
    const [x, y] = [to.x - drag.from.x, to.y - drag.from.y];
    if (drag.kind === 'brush') {
      const [a, b] = ordered(plot.stepAt(drag.from.x), plot.stepAt(to.x), ...steps);
      this.#state.change({ brush: [a, b] });
    } else if (drag.kind !== 'pan') {
      this.#changed();
    } else if (this.#areaAt(drag.shown, drag.from) === 'values' || plot.across === 'values') {
      this.#showValues(axis.moved(plot.across === 'steps' ? y / plot.plot.height : -x / plot.plot.width));
    } else {
      this.#panSteps(drag.shown, -x / plot.plot.width);
    }
  }

  dragEnd(): void {
    if (this.#drag === undefined) return;
    const { kind, from, to, shown } = this.#drag;
    this.#drag = undefined;
    const { plot, steps, allSteps, axis } = shown;
    if (kind === 'steps') {
      this.#state.change({ steps: withinSteps(ordered(plot.stepAt(from.x), plot.stepAt(to.x), ...steps), allSteps) });
    } else if (kind === 'values') {
      this.#showValues(ordered(plot.valueAt(from.x, from.y), plot.valueAt(to.x, to.y), ...axis.domain));
    }
    this.#changed();
  }

  dragCancel(): void {
    if (this.#drag === undefined) return;
    const { before } = this.#drag;
    this.#drag = undefined;
    const { steps, values, brush } = before;
    this.#state.change({ steps, values, brush });
    this.#changed();
  }

  doubleClick(at: Point): void {
    const shown = this.#shown();
    const area = shown && this.#areaAt(shown, at);
    if (area === 'plot') this.reset();
    else if (area === 'steps') this.#state.change({ steps: undefined });
    else if (area === 'values') this.#showValues(undefined);
  }

  reset(): void {
    this.#showValues(undefined);
    this.#state.change({ steps: undefined, brush: undefined });
  }

  zoom(factor: number, about: Point, { focused, control }: { focused: boolean; control: boolean }): boolean {
    const shown = this.#shown();
    const area = shown && this.#areaAt(shown, about);
    if (shown === undefined || area === undefined || !(focused || control)) return false;
    const { plot } = shown;
    if (area === 'values' || plot.stepAxis === undefined) {
      this.zoomValues(factor, plot.valueAt(about.x, about.y));
      return true;
    }
    // Nothing to zoom out to: the page scrolls.
    if (factor > 1 && this.#state.view.steps === undefined && !control) return false;
    this.zoomSteps(factor, plot.stepAt(about.x));
    return true;
  }

  zoomSteps(factor: number, about: number): void {
    const shown = this.#shown();
    if (shown === undefined) return;
    this.#state.change({ steps: withinSteps(zoomSteps(shown.steps, factor, about), shown.allSteps) });
  }

  zoomValues(factor: number, about: number): void {
    const axis = this.#shown()?.axis;
    if (axis !== undefined) this.#showValues(axis.zoomed(factor, axis.position(about)));
  }

  pan(byX: number): boolean {
    const shown = this.#shown();
    if (shown === undefined) return false;
    const { plot, axis } = shown;
    const by = byX / plot.plot.width;
    if (plot.across === 'values') {
      if (!this.#state.view.values.has(this.#tag)) return false;
      this.#showValues(axis.moved(by));
      return true;
    }
    if (this.#state.view.steps === undefined) return false;
    this.#panSteps(shown, by);
    return true;
  }

  #panSteps({ steps: [from, to], allSteps }: Shown, part: number): void {
    const by = part * (to - from);
    this.#state.change({ steps: withinSteps([from + by, to + by], allSteps) });
  }

  #showValues(range: Range | undefined): void {
    const values = new Map(this.#state.view.values);
    if (range === undefined) values.delete(this.#tag);
    else if (range[1] > range[0]) values.set(this.#tag, range);
    this.#state.change({ values });
  }
}

/** Two numbers in ascending order, clamped. */
function ordered(a: number, b: number, least: number, most: number): Range {
  return [clamp(Math.min(a, b), least, most), clamp(Math.max(a, b), least, most)];
}
