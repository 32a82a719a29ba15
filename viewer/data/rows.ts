/** Rows of numbers, all of one width, one after another in one array. */
export class Rows {
  readonly width: number;
  length = 0;
  #numbers: Float64Array = new Float64Array(0);

  constructor(width: number) {
    this.width = width;
  }

  /** What it takes, in bytes, room to grow included. */
  get capacity(): number {
    return this.#numbers.byteLength;
  }

  get(row: number, column: number): number {
    return this.#numbers[row * this.width + column]!;
  }

  set(row: number, column: number, value: number): void {
    this.#numbers[row * this.width + column] = value;
  }

  /** Makes room for a row before another one, or at the end. What is in it is to be set. */
  insert(row: number): void {
    const { width } = this;
    this.#reserve((this.length + 1) * width);
    this.#numbers.copyWithin((row + 1) * width, row * width, this.length * width);
    this.length++;
  }

  /** Removes rows, `end` not included. */
  remove(start: number, end: number): void {
    this.#numbers.copyWithin(start * this.width, end * this.width, this.length * this.width);
    this.length -= end - start;
  }

  /** The first row whose number in this column, by which the rows are sorted, is at least the value; or their number. */
  lowerBound(column: number, value: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.get(middle, column) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Gives back the room to grow. */
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
