import type { Hover, Range, ViewState } from '../state/view-state.ts';
import { listenToPointer } from './pointer.ts';
import { zoomSteps } from './step-axis.ts';

/** A plot over steps, from left to right, as it was drawn last. */
export interface StepTrack {
  readonly steps: Range;
  /** Where the plot begins and ends, in CSS pixels from the left of the element. */
  readonly left: number;
  readonly right: number;
  /** What is at this place of the element; undefined where there is nothing. */
  at(x: number, y: number): Hover | undefined;
  /** The next step that was drawn, or the one before. */
  neighbour(step: number, direction: 1 | -1): number;
}

/** The step at a place of a plot, within it. */
export function stepAt({ steps: [from, to], left, right }: StepTrack, x: number): number {
  return from + Math.min(1, Math.max(0, (x - left) / (right - left))) * (to - from);
}

/**
 * Pointer and keys on a plot over steps, the same as on the cards of histograms: hovering; dragging brushes, with Shift
 * it moves along the steps; a double click shows the brushed steps alone, or all. Arrows hover, with Shift they brush;
 * Enter does what a double click does.
 */
export function listenToSteps(element: HTMLElement, state: ViewState, plot: StepTrack): () => void {
  let drag: { x: number; shift: boolean; step: number; steps: Range; brush: Range | undefined } | undefined;
  const zoom = () => {
    const { brush } = state.view;
    state.change(brush === undefined ? { steps: undefined } : { steps: brush, brush: undefined });
  };
  element.addEventListener('keydown', (event) => {
    const { hover, brush } = state.view;
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (direction !== 0) {
      const before = hover?.step ?? plot.steps[direction === 1 ? 0 : 1];
      const step = hover === undefined ? before : plot.neighbour(before, direction);
      // The end of the brush that the cursor stands on moves.
      const [from, to] = brush ?? [before, before];
      const other = before === from ? to : from;
      const wider = { brush: [Math.min(step, other), Math.max(step, other)] as const };
      state.change({ hover: { ...hover, step }, ...(event.shiftKey && wider) });
    } else if (event.key === 'Enter' && !event.defaultPrevented) {
      zoom();
    } else {
      return;
    }
    event.preventDefault();
  });
  return listenToPointer(element, {
    move: ({ x, y }) => state.change({ hover: plot.at(x, y) }),
    leave: () => state.change({ hover: undefined }),
    dragStart({ x }, shift) {
      drag = { x, shift, step: stepAt(plot, x), steps: plot.steps, brush: state.view.brush };
      return true;
    },
    drag({ x }) {
      const { shift, step, steps } = drag!;
      if (shift) {
        const by = ((drag!.x - x) / (plot.right - plot.left)) * (steps[1] - steps[0]);
        state.change({ steps: [steps[0] + by, steps[1] + by] });
      } else {
        const now = stepAt(plot, x);
        state.change({ brush: [Math.min(now, step), Math.max(now, step)] });
      }
    },
    dragEnd() {
      drag = undefined;
    },
    dragCancel() {
      state.change({ brush: drag?.brush });
      drag = undefined;
    },
    doubleClick: zoom,
    zoom(factor, { x }, { focused, control }) {
      if (!focused && !control) return false;
      state.change({ steps: zoomSteps(plot.steps, factor, stepAt(plot, x)) });
      return true;
    },
    pan(byX) {
      const [from, to] = plot.steps;
      const by = (byX / (plot.right - plot.left)) * (to - from);
      state.change({ steps: [from + by, to + by] });
      return true;
    },
  });
}
