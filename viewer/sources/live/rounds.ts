/**
 * Decides which calls are captured. A round captures each module once, so that all layers show the same forward. It begins
 * with the module called first and is completed whatever it costs. The next one begins when that module is called again,
 * if the budget allows.
 *
 *     calls      a  b  c    a  b  c    a  b  c    a  b  c
 *     captured   1  1  1    2  2  2    -  -  -    3  3  3
 *                                      budget spent
 *
 * Modules that are not called, or several times in one forward, do not hold it up.
 */
export class Rounds {
  /** Whether a call may be captured: the only check that most calls pay for. */
  open: boolean;
  readonly #mayBegin: () => boolean;
  readonly #captured: Set<unknown> = new Set();
  #size: number;
  /** Where rounds begin: another module may be called in the middle of an asynchronous forward. */
  #leader: unknown;
  #progress = false;

  /** @param size the number of modules */
  constructor(size: number, mayBegin: () => boolean) {
    this.#size = size;
    this.open = size > 0;
    this.#mayBegin = mayBegin;
  }

  set size(size: number) {
    this.#size = size;
    this.update();
  }

  get begun(): boolean {
    return this.#captured.size > 0;
  }

  /** Whether this call is captured. Valid while {@link open}. */
  takes(module: unknown): boolean {
    if (this.#captured.has(module)) {
      // If no other round may begin this one goes on: its last modules may not have been called yet.
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

  /** Call this after each capture. */
  captured(): void {
    if (this.#captured.size < this.#size) return;
    this.#captured.clear();
    this.update();
  }

  /** Leaves a module out from now on. */
  leaveOut(module: unknown): void {
    this.#captured.delete(module);
    if (this.#leader === module) this.#leader = undefined;
    this.#size--;
    this.captured();
  }

  /** Call this when `mayBegin` may have changed. */
  update(): void {
    if (this.#captured.size === 0) this.open = this.#size > 0 && this.#mayBegin();
  }

  /**
   * Ends a round without progress since the last tick. If none began although it could, or nothing was called, the next one
   * may begin with any module.
   * @param quiet whether nothing was called since the last tick
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
