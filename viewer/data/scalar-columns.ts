/** Rows of a full chunk. A column that grows by chunks is never copied, and has at most one chunk to spare. */
const CHUNK = 1024;
const FIRST_CHUNK = 16;
/** About how many bytes the objects of an empty series take. */
const OVERHEAD = 700;

/** Rows of scalars, in the order of steps. The arrays have one length. */
export interface ScalarRows {
  readonly steps: Float64Array;
  /** Seconds since 1970. */
  readonly wallTimes: Float64Array;
  readonly values: Float64Array;
}

/**
 * The scalars of one tag in one run, for a reader of many: 24 bytes each. Steps ascend.
 *
 *     a chunk of n rows   | n steps | n wall times | n values |
 */
export class ScalarColumns {
  length = 0;
  readonly #chunks: Float64Array[] = [];
  #logged = 0;

  /** How many were logged, those included that {@link shrink} has dropped. */
  get logged(): number {
    return this.#logged;
  }

  /** About how many bytes the series takes. */
  get bytes(): number {
    return OVERHEAD + this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  step(row: number): number {
    return this.#chunks[row >> 10]![row & (CHUNK - 1)]!;
  }

  wallTime(row: number): number {
    const chunk = this.#chunks[row >> 10]!;
    return chunk[chunk.length / 3 + (row & (CHUNK - 1))]!;
  }

  value(row: number): number {
    const chunk = this.#chunks[row >> 10]!;
    return chunk[(chunk.length / 3) * 2 + (row & (CHUNK - 1))]!;
  }

  /** @param step after the last one */
  append(step: number, wallTime: number, value: number): void {
    const at = this.length & (CHUNK - 1);
    const index = this.length >> 10;
    let chunk = this.#chunks[index];
    if (chunk === undefined || (at + 1) * 3 > chunk.length) chunk = this.#grow(index, at);
    const rows = chunk.length / 3;
    chunk[at] = step;
    chunk[rows + at] = wallTime;
    chunk[rows * 2 + at] = value;
    this.length++;
    this.#logged++;
  }

  /** The first row whose step is not before this one; `length` if there is none. */
  lowerBound(step: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.step(middle) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Removes this step and later ones. */
  purge(step: number): void {
    const length = this.lowerBound(step);
    // Of a series that was shrunk it is not known exactly.
    this.#logged = this.length === 0 ? 0 : Math.round((this.#logged * length) / this.length);
    this.length = length;
    this.#chunks.length = Math.ceil(length / CHUNK);
  }

  /**
   * Halves the series, and keeps what a drawn line shows: the smallest and the largest of four neighbours, or a NaN.
   * @returns whether it became smaller
   */
  shrink(): boolean {
    if (this.length < 8) return false;
    const kept = this.rows([...this.thinned(0, this.length, this.length / 2)]);
    const logged = this.#logged;
    this.#chunks.length = 0;
    this.length = 0;
    for (let i = 0; i < kept.steps.length; i++) this.append(kept.steps[i]!, kept.wallTimes[i]!, kept.values[i]!);
    this.#logged = logged;
    return true;
  }

  /**
   * Rows from `begin` to before `end` with at most about `most` of them: the first and the last, and of each stretch between
   * them the smallest and the largest, or a NaN.
   */
  *thinned(begin: number, end: number, most: number): Generator<number> {
    if (end - begin <= most) {
      for (let row = begin; row < end; row++) yield row;
      return;
    }
    yield begin;
    const [first, inner] = [begin + 1, end - begin - 2];
    const stretches = Math.max(1, Math.floor(most / 2) - 1);
    for (let i = 0; i < stretches; i++) {
      const from = first + Math.floor((i * inner) / stretches);
      const to = first + Math.floor(((i + 1) * inner) / stretches);
      let [low, high] = [from, from];
      let [lowest, highest] = [this.value(from), this.value(from)];
      for (let row = from + 1; row < to; row++) {
        const value = this.value(row);
        // NaN is lower than all others.
        if (value < lowest || (Number.isNaN(value) && !Number.isNaN(lowest))) {
          low = row;
          lowest = value;
        }
        if (!(value <= highest) && !Number.isNaN(value)) {
          high = row;
          highest = value;
        }
      }
      yield Math.min(low, high);
      if (low !== high) yield Math.max(low, high);
    }
    yield end - 1;
  }

  rows(rows: readonly number[]): ScalarRows {
    return {
      steps: Float64Array.from(rows, (row) => this.step(row)),
      wallTimes: Float64Array.from(rows, (row) => this.wallTime(row)),
      values: Float64Array.from(rows, (row) => this.value(row)),
    };
  }

  #grow(index: number, used: number): Float64Array {
    const before = this.#chunks[index];
    const rows = before === undefined ? (index === 0 ? FIRST_CHUNK : CHUNK) : Math.min(CHUNK, used * 4);
    const chunk = new Float64Array(rows * 3);
    if (before !== undefined) {
      for (let column = 0; column < 3; column++)
        chunk.set(before.subarray(column * used, (column + 1) * used), column * rows);
    }
    this.#chunks[index] = chunk;
    return chunk;
  }
}
