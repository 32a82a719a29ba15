import { extended, within, zoomed } from '../axes/ranges.ts';
import type { Marks, Pointed, TagAxis } from '../axes/tag-axis.ts';
import { oncePerFrame } from '../clock.ts';
import { element } from '../element.ts';
import { onlyMarksMoved, type Range } from '../state/view-state.ts';
import type { Card, CardContext } from './card.ts';
import { clamp } from './geometry.ts';
import { listenToPointer } from './pointer.ts';

/** A plot over steps or times from left to right, as last drawn. */
export interface StepTrack {
  /** The visible part of the axis. */
  readonly steps: Range;
  /** What is shown without zoom. */
  readonly allSteps: Range;
  /** The sides of the plot, in CSS pixels from the left of the element. */
  readonly left: number;
  readonly right: number;
  at(x: number, y: number): Pointed | undefined;
  /** The next or the previous record that was drawn. */
  neighbour(place: number, direction: 1 | -1): Pointed | undefined;
}

export function stepAt({ steps: [from, to], left, right }: StepTrack, x: number): number {
  return from + clamp((x - left) / (right - left), 0, 1) * (to - from);
}

/**
 * Pointer and keys of a plot, as on histogram cards: dragging brushes, or pans with Shift; a wheel zooms; a
 * double click resets. Arrows move the hover, with Shift the brush; Enter zooms to the brush.
 * @returns a function that stops listening
 */
export function listenToSteps(element: HTMLElement, axis: TagAxis, track: StepTrack): () => void {
  let drag: { x: number; shift: boolean; step: number; steps: Range; brush: Range | undefined } | undefined;
  const show = (steps: Range) => axis.change({ steps: within(steps, track.allSteps) });
  const move = ([from, to]: Range, pixels: number) => {
    const by = (pixels / (track.right - track.left)) * (to - from);
    show([from + by, to + by]);
  };
  const keys = (event: KeyboardEvent) => {
    const { hover, brush } = axis;
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (direction !== 0) {
      const before = hover?.at ?? stepAt(track, direction === 1 ? track.left : track.right);
      const next = track.neighbour(before, direction);
      if (next !== undefined) {
        const marks = {
          hover: { ...hover, ...next },
          ...(event.shiftKey && { brush: extended(brush, before, next.at) }),
        };
        axis.change(marks);
      }
    } else if (event.key === 'Enter' && !event.defaultPrevented && brush !== undefined) {
      axis.change({ steps: brush, brush: undefined });
    } else {
      return;
    }
    event.preventDefault();
  };
  element.addEventListener('keydown', keys);
  const stop = listenToPointer(element, {
    move: ({ x, y }) => axis.change({ hover: track.at(x, y) }),
    leave: () => axis.change({ hover: undefined }),
    dragStart({ x }, shift) {
      drag = { x, shift, step: stepAt(track, x), steps: track.steps, brush: axis.brush };
      return true;
    },
    drag({ x }) {
      const { shift, step, steps } = drag!;
      const now = stepAt(track, x);
      if (shift) move(steps, drag!.x - x);
      else axis.change({ brush: [Math.min(now, step), Math.max(now, step)] });
    },
    dragEnd() {
      drag = undefined;
    },
    dragCancel() {
      axis.change({ brush: drag?.brush });
      drag = undefined;
    },
    doubleClick: () => axis.change({ brush: undefined, steps: undefined }),
    zoom(factor, { x }, { focused, control }) {
      if (!focused && !control) return false;
      show(zoomed(axis.unit, track.steps, factor, stepAt(track, x)));
      return true;
    },
    pan(byX) {
      move(track.steps, byX);
      return true;
    },
  });
  return () => {
    stop();
    element.removeEventListener('keydown', keys);
  };
}

/** Draws the card when the view changes; calls `update` in the next frame if only the marks moved. @returns a stop function */
export function listenForDrawing(context: CardContext, card: Card, update: () => void): () => void {
  const follow = oncePerFrame(update);
  return context.state.listen((view, before) => {
    if (onlyMarksMoved(view, before)) follow();
    else context.requestDraw(card);
  });
}

/** The brush and the line under the pointer. As elements above a plot they move without a repaint. */
export function stepMarks(): { element: HTMLElement; update(marks: Marks, track: StepTrack): void } {
  const area = element('div', { class: 'brush' });
  const cursor = element('div', { class: 'cursor' });
  return {
    element: element('div', { class: 'marks', 'aria-hidden': 'true' }, area, cursor),
    update({ brush, hover }, { steps: [from, to], left, right }) {
      const position = (step: number): number =>
        clamp(left + ((step - from) / (to - from)) * (right - left), left, right);
      area.hidden = brush === undefined || brush[1] < from || brush[0] > to;
      if (brush !== undefined) {
        const [start, end] = [position(brush[0]), position(brush[1])];
        area.style.transform = `translateX(${start}px)`;
        area.style.width = `${Math.max(2, end - start)}px`;
      }
      cursor.hidden = hover === undefined || hover.at < from || hover.at > to;
      if (hover !== undefined) cursor.style.transform = `translateX(${position(hover.at)}px)`;
    },
  };
}
