/** After so many milliseconds of taking points the page gets its turn. */
const TURN = 12;
/** A hand that did nothing for so long, in milliseconds, rests. */
const HAND_RESTS = 300;
/** While a hand moves, taking points rests so many times as long as it took: frames come first, the files can wait. */
const REST = 6;

/** When a source may give more. As fast as it can, as long as nobody moves anything; otherwise so that frames have time. */
export class Intake {
  #turnEnds = 0;
  #next = 0;
  #hand = Number.NEGATIVE_INFINITY;
  readonly #ended: AbortController = new AbortController();

  /** @param element what is done to it is what a hand does */
  constructor(element: Element) {
    const moved = () => {
      this.#hand = performance.now();
    };
    for (const type of ['pointermove', 'wheel', 'keydown']) {
      element.addEventListener(type, moved, { capture: true, passive: true, signal: this.#ended.signal });
    }
  }

  /** @param take takes points @returns what the source waits for; undefined: nothing */
  take(take: () => void): Promise<void> | undefined {
    const start = performance.now();
    take();
    const end = performance.now();
    if (end - this.#hand < HAND_RESTS) {
      // One after the other, also where several batches have come.
      this.#next = Math.max(this.#next, end) + REST * (end - start);
      return new Promise((resolve) => setTimeout(resolve, this.#next - end));
    }
    if (end < this.#turnEnds) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        this.#turnEnds = performance.now() + TURN;
        resolve();
      }),
    );
  }

  stop(): void {
    this.#ended.abort();
  }
}
