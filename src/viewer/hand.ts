/** A hand that did nothing for so long, in milliseconds, rests. */
const RESTS = 300;

/** Whether somebody moves something in an element: frames come first then, and what can wait does. */
export class Hand {
  #moved = Number.NEGATIVE_INFINITY;
  readonly #ended: AbortController = new AbortController();

  constructor(element: EventTarget) {
    const moved = () => {
      this.#moved = performance.now();
    };
    for (const type of ['pointermove', 'wheel', 'keydown', 'scroll']) {
      element.addEventListener(type, moved, { capture: true, passive: true, signal: this.#ended.signal });
    }
  }

  get moves(): boolean {
    return performance.now() - this.#moved < RESTS;
  }

  stop(): void {
    this.#ended.abort();
  }
}
