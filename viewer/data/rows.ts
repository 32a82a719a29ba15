import { lowerBound } from './binary-search.ts';

/** Rows of `width` numbers in one array. */
export class Rows {
  readonly width: number;
  length = 0;
  #numbers: Float64Array = new Float64Array(0);

  constructor(width: number) {
    this.width = width;
  }

  /** In bytes, including reserved space. */
  get capacity(): number {
    return this.#numbers.byteLength;
  }

  get(row: number, column: number): number {
    return this.#numbers[row * this.width + column]!;
  }

  set(row: number, column: number, value: number): void {
    this.#numbers[row * this.width + column] = value;
  }

  /** Inserts a row before another one, or at the end. Its numbers must be set. */
  insert(row: number): void {
    const { width } = this;
    this.#reserve((this.length + 1) * width);
    this.#numbers.copyWithin((row + 1) * width, row * width, this.length * width);
    this.length++;
  }

  /** Removes the rows from `start` up to, not including, `end`. */
  remove(start: number, end: number): void {
    this.#numbers.copyWithin(start * this.width, end * this.width, this.length * this.width);
    this.length -= end - start;
  }

  /** The first row whose number in this column, by which the rows are sorted, is at least `value`. */
  lowerBound(column: number, value: number): number {
    return lowerBound(this.#numbers, value, this.length, this.width, column);
  }

  /** Frees the reserved space. */
  trim(): void {
    if (this.length * this.width < this.#numbers.length)
      this.#numbers = this.#numbers.slice(0, this.length * this.width);
  }

  #reserve(numbers: number): void {
    if (numbers <= this.#numbers.length) return;
    const more = new Float64Array(
      Math.max(numbers, Math.floor(this.#numbers.length / this.width / 2 + this.length) * this.width),
    );
    more.set(this.#numbers);
    this.#numbers = more;
  }
}
