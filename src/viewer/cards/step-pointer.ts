import type { Hover, ViewState } from '../state/view-state.ts';
import type { StepScale } from './step-scale.ts';

/** A drag shorter than this, in pixels, is a click. */
const CLICK = 3;

/** What a plot over steps does with pointer and keys. */
export interface StepPlot {
  /** As it was drawn last. */
  readonly scale: StepScale;
  /** What is at this place of the element, in CSS pixels from its corner; undefined where there is nothing. */
  at(x: number, y: number): Hover | undefined;
  /** The step that follows one that was drawn, or the one before it. */
  neighbour(step: number, direction: 1 | -1): number;
  /** A click, or Enter at the keyboard's cursor. */
  choose?(hover: Hover): void;
}

/**
 * The pointer on a plot over steps: moving hovers; dragging brushes, with Shift it pans; a double click zooms to the
 * brush, or back to all steps. Keys: arrows hover, with Shift they brush; Enter chooses, or zooms as a double click does.
 */
export function listenToSteps(element: HTMLElement, state: ViewState, plot: StepPlot): void {
  let drag: { x: number; step: number; steps: readonly [number, number] } | undefined;
  const place = ({ clientX, clientY }: MouseEvent) => {
    const { left, top } = element.getBoundingClientRect();
    return [clientX - left, clientY - top] as const;
  };
  const zoom = () => {
    const { brush } = state.view;
    state.change(brush === undefined ? { steps: undefined } : { steps: brush, brush: undefined });
  };
  element.addEventListener('pointermove', (event) => {
    const [x, y] = place(event);
    const hover = plot.at(x, y);
    if (drag === undefined || Math.abs(x - drag.x) < CLICK) {
      state.change({ hover });
    } else if (event.shiftKey) {
      const { scale } = plot;
      const [from, to] = drag.steps;
      const moved = ((drag.x - x) / (scale.x(to) - scale.x(from) || 1)) * (to - from);
      state.change({ steps: [from + moved, to + moved], hover });
      drag = { ...drag, x, steps: [from + moved, to + moved] };
    } else {
      const step = plot.scale.step(x);
      state.change({ brush: [Math.min(step, drag.step), Math.max(step, drag.step)], hover });
    }
  });
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const [x] = place(event);
    drag = { x, step: plot.scale.step(x), steps: [plot.scale.from, plot.scale.to] };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointerup', (event) => {
    const [x, y] = place(event);
    const hover = plot.at(x, y);
    if (drag !== undefined && Math.abs(x - drag.x) < CLICK && hover !== undefined) plot.choose?.(hover);
    drag = undefined;
  });
  element.addEventListener('pointercancel', () => {
    drag = undefined;
  });
  element.addEventListener('pointerleave', () => {
    if (drag === undefined) state.change({ hover: undefined });
  });
  element.addEventListener('dblclick', zoom);
  element.addEventListener('keydown', (event) => {
    const { view } = state;
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (direction !== 0) {
      const before = view.hover?.step ?? (direction === 1 ? plot.scale.from : plot.scale.to);
      const step = view.hover === undefined ? before : plot.neighbour(before, direction);
      const [from, to] = view.brush ?? [before, before];
      // The end that the cursor stood on moves.
      const other = before === from ? to : from;
      state.change({
        hover: { ...view.hover, step },
        ...(event.shiftKey && { brush: [Math.min(step, other), Math.max(step, other)] as const }),
      });
    } else if (event.key === 'Enter' && view.hover !== undefined && plot.choose !== undefined) {
      plot.choose(view.hover);
    } else if (event.key === 'Enter') {
      zoom();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
}
