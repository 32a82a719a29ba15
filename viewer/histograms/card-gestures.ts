import { within, zoomed } from '../axes/ranges.ts';
import type { TagAxis } from '../axes/tag-axis.ts';
import { type Box, clamp, contains, type Point } from '../cards/geometry.ts';
import type { Gestures } from '../cards/pointer.ts';
import type { ValueAxis } from '../cards/value-axis.ts';
import type { Range, ViewState } from '../state/view-state.ts';
import type { Plot } from './scene.ts';

export interface Shown {
  readonly plot: Plot;
  readonly steps: Range;
  /** What is shown without zoom. */
  readonly allSteps: Range;
  readonly axis: ValueAxis;
}

type Area = 'plot' | 'steps' | 'values';

interface Drag {
  readonly kind: 'brush' | 'pan' | 'steps' | 'values';
  readonly from: Point;
  readonly shown: Shown;
  /** What the drag may change. */
  readonly before: {
    readonly steps: Range | undefined;
    readonly brush: Range | undefined;
    readonly values: Range | undefined;
  };
  to: Point;
}

export interface CardGestures extends Gestures {
  readonly dragging: boolean;
  /** The part that a drag along an axis will zoom to. */
  readonly band: Box | undefined;
  reset(): void;
  zoomSteps(factor: number, about: number): void;
  zoomValues(factor: number, about: number): void;
}

/**
 * The gestures of a histogram card. Dragging in the plot brushes steps, or pans with Shift; dragging along an axis
 * zooms to the range; a wheel zooms; a double click resets.
 * @param changed is called when {@link CardGestures.band} changes and the view does not
 */
export function cardGestures(
  element: HTMLElement,
  state: ViewState,
  stepAxis: TagAxis,
  tag: string,
  shownNow: () => Shown | undefined,
  changed: () => void,
): CardGestures {
  let current: Drag | undefined;

  function areaAt(shown: Shown | undefined, point: Point): Area | undefined {
    if (shown === undefined) return undefined;
    const { plot } = shown;
    if (contains(plot.plot, point)) return 'plot';
    if (contains(plot.valueAxis, point)) return 'values';
    return plot.stepAxis !== undefined && contains(plot.stepAxis, point) ? 'steps' : undefined;
  }

  function panSteps({ steps: [from, to], allSteps }: Shown, part: number): void {
    const by = part * (to - from);
    stepAxis.change({ steps: within([from + by, to + by], allSteps) });
  }

  function showValues(range: Range | undefined): void {
    const values = new Map(state.view.values);
    if (range === undefined) values.delete(tag);
    else if (range[1] > range[0]) values.set(tag, range);
    state.change({ values });
  }

  const gestures: CardGestures = {
    get dragging() {
      return current !== undefined;
    },

    get band() {
      if (current === undefined || current.kind === 'brush' || current.kind === 'pan') return undefined;
      const { plot, across } = current.shown.plot;
      if ((current.kind === 'steps') === (across === 'steps')) {
        const [from, to] = ordered(current.from.x, current.to.x, plot.left, plot.left + plot.width);
        return { ...plot, left: from, width: to - from };
      }
      const [from, to] = ordered(current.from.y, current.to.y, plot.top, plot.top + plot.height);
      return { ...plot, top: from, height: to - from };
    },

    move(at) {
      const shown = shownNow();
      if (shown === undefined) return;
      const area = areaAt(shown, at);
      const resize = {
        steps: 'ew-resize',
        values: shown.plot.across === 'steps' ? 'ns-resize' : 'ew-resize',
        plot: 'crosshair',
      };
      const cursor = current?.kind === 'pan' ? 'grabbing' : area === undefined ? '' : resize[area];
      if (element.style.cursor !== cursor) element.style.cursor = cursor;
      if (current !== undefined && current.kind !== 'brush') return;
      stepAxis.change({ hover: area === 'plot' ? shown.plot.pick(at.x, at.y) : undefined });
    },

    leave: () => stepAxis.change({ hover: undefined }),

    dragStart(from, shift) {
      const shown = shownNow();
      const area = areaAt(shown, from);
      if (shown === undefined || area === undefined) return false;
      // A plot without a step axis has nothing to brush: dragging zooms its values.
      const kind = shift ? 'pan' : area !== 'plot' ? area : shown.plot.stepAxis === undefined ? 'values' : 'brush';
      const { steps, brush } = stepAxis;
      const before = { steps, brush, values: state.view.values.get(tag) };
      current = { kind, from, to: from, shown, before };
      return true;
    },

    drag(to) {
      // Escape may have cancelled the drag.
      if (current === undefined) return;
      current.to = to;
      const { kind, from, shown } = current;
      const { plot, steps, axis } = shown;
      const [x, y] = [to.x - from.x, to.y - from.y];
      if (kind === 'brush') {
        stepAxis.change({ brush: ordered(plot.stepAt(from.x), plot.stepAt(to.x), ...steps) });
      } else if (kind !== 'pan') {
        changed();
      } else if (areaAt(shown, from) === 'values' || plot.across === 'values') {
        showValues(axis.moved(plot.across === 'steps' ? y / plot.plot.height : -x / plot.plot.width));
      } else {
        panSteps(shown, -x / plot.plot.width);
      }
    },

    dragEnd() {
      if (current === undefined) return;
      const { kind, from, to, shown } = current;
      current = undefined;
      const { plot, steps, allSteps, axis } = shown;
      if (kind === 'steps') {
        stepAxis.change({ steps: within(ordered(plot.stepAt(from.x), plot.stepAt(to.x), ...steps), allSteps) });
      } else if (kind === 'values') {
        showValues(ordered(plot.valueAt(from.x, from.y), plot.valueAt(to.x, to.y), ...axis.domain));
      }
      changed();
    },

    dragCancel() {
      if (current === undefined) return;
      const { steps, values, brush } = current.before;
      current = undefined;
      showValues(values);
      stepAxis.change({ steps, brush });
      changed();
    },

    doubleClick(at) {
      const area = areaAt(shownNow(), at);
      if (area === 'plot') gestures.reset();
      else if (area === 'steps') stepAxis.change({ steps: undefined });
      else if (area === 'values') showValues(undefined);
    },

    reset() {
      showValues(undefined);
      stepAxis.change({ steps: undefined, brush: undefined });
    },

    zoom(factor, about, { focused, control }) {
      const shown = shownNow();
      const area = areaAt(shown, about);
      if (shown === undefined || area === undefined || !(focused || control)) return false;
      const { plot } = shown;
      if (area === 'values' || plot.stepAxis === undefined) {
        gestures.zoomValues(factor, plot.valueAt(about.x, about.y));
        return true;
      }
      // Nothing to zoom out to: the page scrolls.
      if (factor > 1 && stepAxis.steps === undefined && !control) return false;
      gestures.zoomSteps(factor, plot.stepAt(about.x));
      return true;
    },

    zoomSteps(factor, about) {
      const shown = shownNow();
      if (shown === undefined) return;
      stepAxis.change({ steps: within(zoomed(stepAxis.unit, shown.steps, factor, about), shown.allSteps) });
    },

    zoomValues(factor, about) {
      const axis = shownNow()?.axis;
      if (axis !== undefined) showValues(axis.zoomed(factor, axis.position(about)));
    },

    pan(byX) {
      const shown = shownNow();
      if (shown === undefined) return false;
      const { plot, axis } = shown;
      const by = byX / plot.plot.width;
      const isZoomed = plot.across === 'values' ? state.view.values.has(tag) : stepAxis.steps !== undefined;
      if (!isZoomed) return false;
      if (plot.across === 'values') showValues(axis.moved(by));
      else panSteps(shown, by);
      return true;
    },
  };
  return gestures;
}

/** Two numbers in ascending order, clamped. */
function ordered(a: number, b: number, least: number, most: number): Range {
  return [clamp(Math.min(a, b), least, most), clamp(Math.max(a, b), least, most)];
}
