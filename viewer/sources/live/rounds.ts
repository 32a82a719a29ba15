/**
 * Decides which calls are captured. A round takes each module once, so that all layers show the same forward: it begins
 * with the module that is called first, and is brought to its end whatever it costs. The next one begins when that module
 * is called again, if it may.
 *
 *     calls      a  b  c    a  b  c    a  b  c    a  b  c
 *     captured   1  1  1    2  2  2    -  -  -    3  3  3
 *                                      nothing left to spend
 *
 * Modules that are not called do not hold it up, nor do those that are called several times in one forward.
 */
export class Rounds {
  /** Whether a call can be of interest: all that is looked at in most calls. */
  open = true;
  readonly #mayBegin: () => boolean;
  readonly #captured: Set<object> = new Set();
  #size: number;
  /** Where the last round began. The next one does too, lest it begin in the middle of an asynchronous forward. */
  #leader: object | undefined;
  #progress = false;

  /**
   * @param size how many modules there are
   * @param mayBegin whether a round may begin now
   */
  constructor(size: number, mayBegin: () => boolean) {
    this.#size = size;
    this.#mayBegin = mayBegin;
  }

  /** Whether a round is under way. */
  get begun(): boolean {
    return this.#captured.size > 0;
  }

  /** Whether this call is to be captured. To be asked where it is open. */
  takes(module: object): boolean {
    if (this.#captured.has(module)) {
      // Where no other may begin, this one goes on: a module may be called twice before the last one is called.
      if (module !== this.#leader || !this.#mayBegin()) return false;
      this.#captured.clear();
    }
    if (this.#captured.size === 0) {
      this.update();
      if (!this.open || (this.#leader !== undefined && this.#leader !== module)) return false;
      this.#leader = module;
    }
    this.#captured.add(module);
    this.#progress = true;
    return true;
  }

  /** A call was captured. */
  captured(): void {
    if (this.#captured.size < this.#size) return;
    this.#captured.clear();
    this.update();
  }

  /** Leaves a module out of all rounds to come. */
  leaveOut(module: object): void {
    this.#captured.delete(module);
    if (this.#leader === module) this.#leader = undefined;
    this.#size--;
    this.captured();
  }

  /** What decides whether a round may begin has changed. */
  update(): void {
    if (this.#captured.size === 0) this.open = this.#size > 0 && this.#mayBegin();
  }

  /**
   * Some time went by. A round that got nowhere meanwhile has ended; where one could have begun and has not, or nothing was
   * called at all, the next one may begin anywhere.
   * @param quiet whether nothing was called
   */
  tick(quiet: boolean): void {
    if (!this.#progress && (this.open || quiet)) {
      this.#captured.clear();
      this.#leader = undefined;
    }
    this.#progress = false;
    this.update();
  }
}
