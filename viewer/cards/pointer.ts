/** Where something happens, in CSS pixels from the corner of the element. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What a card does with pointer, wheel and fingers. */
export interface Gestures {
  /** A pointer without a button, or a finger that touches and does not move. */
  move(at: Place): void;
  leave(): void;
  /** Where a drag begins. @returns whether anybody drags there */
  dragStart(from: Place, shift: boolean): boolean;
  drag(to: Place): void;
  dragEnd(): void;
  /** The drag did not happen. */
  dragCancel(): void;
  doubleClick(at: Place): void;
  /** More than 1: shows more. @returns whether it was used; otherwise the page scrolls */
  zoom(factor: number, about: Place, wheel: { focused: boolean; control: boolean }): boolean;
  /** By so many pixels. @returns whether it was used */
  pan(byX: number, byY: number, at: Place): boolean;
}

/** A pointer that moves less far, in pixels, clicks and does not drag. */
export const CLICK = 4;
/** How much more is shown for each pixel that a wheel turns. */
const ZOOM = 0.002;
const LINE = 16;

/**
 * Tells an element's pointer events as gestures: hovering, dragging with the main button or one finger, pinching with
 * two, zooming and panning with a wheel. A finger that moves up or down scrolls the page: `touch-action: pan-y`.
 * @returns how to stop listening
 */
export function listenToPointer(element: HTMLElement, gestures: Gestures): () => void {
  const stop = new AbortController();
  const down = new Map<number, Place>();
  let from: { place: Place; shift: boolean } | undefined;
  let dragging = false;
  let pinched = false;
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
    element.addEventListener(name, listener, { signal: stop.signal, passive: name !== 'wheel' });
  const placeOf = ({ clientX, clientY }: MouseEvent): Place => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };

  /** The middle of two fingers and how far they are apart. */
  function pinch(): { middle: Place; apart: number } {
    const [a, b] = [...down.values()] as [Place, Place];
    return {
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      apart: Math.max(10, Math.hypot(a.x - b.x, a.y - b.y)),
    };
  }

  on('pointerdown', (event) => {
    if (event.button !== 0) return;
    const place = placeOf(event);
    down.set(event.pointerId, place);
    element.setPointerCapture(event.pointerId);
    if (down.size === 2) {
      if (dragging) gestures.dragCancel();
      dragging = false;
      from = undefined;
      pinched = true;
    } else if (down.size === 1) {
      pinched = false;
      from = { place, shift: event.shiftKey };
      gestures.move(place);
    }
  });

  on('pointermove', (event) => {
    const place = placeOf(event);
    if (down.size === 2 && down.has(event.pointerId)) {
      const before = pinch();
      down.set(event.pointerId, place);
      const after = pinch();
      gestures.zoom(before.apart / after.apart, after.middle, { focused: true, control: true });
      gestures.pan(before.middle.x - after.middle.x, 0, after.middle);
      return;
    }
    if (down.has(event.pointerId)) down.set(event.pointerId, place);
    if (from !== undefined && !dragging && Math.hypot(place.x - from.place.x, place.y - from.place.y) >= CLICK) {
      dragging = gestures.dragStart(from.place, from.shift);
      if (!dragging) from = undefined;
    }
    if (dragging) gestures.drag(place);
    if (!pinched) gestures.move(place);
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
    // A finger that is lifted leaves too: what it pointed at stays to be read.
    if (down.size === 0 && event.pointerType !== 'touch') gestures.leave();
  });
  on('dblclick', (event) => gestures.doubleClick(placeOf(event)));
  on('wheel', (event) => {
    const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? element.clientHeight : 1;
    const place = placeOf(event);
    // Shift turns a wheel sideways: browsers differ in whether they say so themselves.
    const sideways = event.shiftKey && event.deltaX === 0;
    const [x, y] = sideways ? [event.deltaY * unit, 0] : [event.deltaX * unit, event.deltaY * unit];
    const { activeElement } = element.getRootNode() as Document | ShadowRoot;
    const focused = activeElement !== document.body && activeElement?.contains(element) === true;
    const used =
      Math.abs(x) > Math.abs(y)
        ? gestures.pan(x, 0, place)
        : gestures.zoom(Math.exp(y * ZOOM), place, { focused, control: event.ctrlKey || event.metaKey });
    if (used) event.preventDefault();
  });

  return () => stop.abort();
}
