import type { Point } from './geometry.ts';

export interface Gestures {
  /** A pointer without a button, or a finger that touches and does not move. */
  move(at: Point): void;
  leave(): void;
  /** @returns whether dragging from this point means anything */
  dragStart(from: Point, shift: boolean): boolean;
  drag(to: Point): void;
  dragEnd(): void;
  dragCancel(): void;
  doubleClick(at: Point): void;
  /** A factor above 1 zooms out. @returns whether it was handled; otherwise the page scrolls */
  zoom(factor: number, about: Point, wheel: { focused: boolean; control: boolean }): boolean;
  /** Pans along the steps, by pixels. @returns whether it was handled */
  pan(byX: number): boolean;
}

/** Movement that turns a click into a drag, in pixels. */
export const CLICK = 4;
/** The logarithm of the zoom factor, per pixel of wheel movement. */
const ZOOM = 0.002;
/** Pixels per line, for wheels that report lines. */
const LINE = 16;

/**
 * Turns pointer events into gestures: hovering, dragging with the main button or one finger, pinching, zooming and
 * panning with a wheel. The element needs the style `touch-action: pan-y`, so that a finger can still scroll the page.
 * @returns a function that stops listening
 */
export function listenToPointer(element: HTMLElement, gestures: Gestures): () => void {
  const stop = new AbortController();
  const down = new Map<number, Point>();
  let from: { point: Point; shift: boolean } | undefined;
  let dragging = false;
  let pinched = false;
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
    element.addEventListener(name, listener, { signal: stop.signal, passive: name !== 'wheel' });
  const pointOf = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };

  function pinch(): { middle: Point; apart: number } {
    const [a, b] = [...down.values()] as [Point, Point];
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    return { middle, apart: Math.max(10, Math.hypot(a.x - b.x, a.y - b.y)) };
  }

  on('pointerdown', (event) => {
    if (event.button !== 0) return;
    const point = pointOf(event);
    down.set(event.pointerId, point);
    element.setPointerCapture(event.pointerId);
    if (down.size === 2) {
      if (dragging) gestures.dragCancel();
      dragging = false;
      from = undefined;
      pinched = true;
    } else if (down.size === 1) {
      pinched = false;
      from = { point, shift: event.shiftKey };
      gestures.move(point);
    }
  });

  on('pointermove', (event) => {
    const point = pointOf(event);
    if (down.size === 2 && down.has(event.pointerId)) {
      const before = pinch();
      down.set(event.pointerId, point);
      const after = pinch();
      gestures.zoom(before.apart / after.apart, after.middle, { focused: true, control: true });
      gestures.pan(before.middle.x - after.middle.x);
      return;
    }
    if (down.has(event.pointerId)) down.set(event.pointerId, point);
    if (from !== undefined && !dragging && Math.hypot(point.x - from.point.x, point.y - from.point.y) >= CLICK) {
      dragging = gestures.dragStart(from.point, from.shift);
      if (!dragging) from = undefined;
    }
    if (dragging) gestures.drag(point);
    if (!pinched) gestures.move(point);
  });

  function up(event: PointerEvent, happened: boolean): void {
    down.delete(event.pointerId);
    if (dragging) {
      if (happened) gestures.dragEnd();
      else gestures.dragCancel();
    }
    dragging = false;
    from = undefined;
  }
  on('pointerup', (event) => up(event, true));
  on('pointercancel', (event) => up(event, false));
  on('pointerleave', (event) => {
    // Lifting a finger fires pointerleave too, but its hover stays readable.
    const card = element.closest('.card');
    // Below a card is the table of what is pointed at.
    const inCard = event.relatedTarget instanceof Node && card?.contains(event.relatedTarget);
    if (down.size === 0 && event.pointerType !== 'touch' && !inCard) gestures.leave();
  });
  on('dblclick', (event) => gestures.doubleClick(pointOf(event)));
  on('wheel', (event) => {
    const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? element.clientHeight : 1;
    const point = pointOf(event);
    // Shift turns a wheel sideways. Some browsers report that as deltaX, some as deltaY.
    const sideways = event.shiftKey && event.deltaX === 0;
    const [x, y] = sideways ? [event.deltaY * unit, 0] : [event.deltaX * unit, event.deltaY * unit];
    const { activeElement } = element.getRootNode() as Document | ShadowRoot;
    const focused = activeElement !== document.body && activeElement?.contains(element) === true;
    const used =
      Math.abs(x) > Math.abs(y)
        ? gestures.pan(x)
        : gestures.zoom(Math.exp(y * ZOOM), point, { focused, control: event.ctrlKey || event.metaKey });
    if (used) event.preventDefault();
  });

  return () => stop.abort();
}
