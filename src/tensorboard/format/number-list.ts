/** @file Float64 numbers in the byte order of the file formats, and memory to decode them into. */
import { type FieldReader, viewOf } from '../../protobuf/index.ts';

/** Whether this machine stores numbers as the file formats do, as nearly all do. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const NONE: Float64Array = new Float64Array(0);

/** Gives memory for `count` numbers, with any contents. */
export type AllocateNumbers = (count: number) => Float64Array;

const allocateNew: AllocateNumbers = (count) => new Float64Array(count);

/** A `repeated double` (8 bytes each) or `float` (4), packed or not. Usually it comes in one field, which is copied once. */
export class NumberList {
  readonly #size: 8 | 4;
  readonly #allocate: AllocateNumbers;
  #numbers: Float64Array = NONE;
  length = 0;

  constructor(size: 8 | 4, allocate: AllocateNumbers = allocateNew) {
    this.#size = size;
    this.#allocate = allocate;
  }

  /** The numbers, in allocated memory: valid for as long as that memory is. */
  get numbers(): Float64Array {
    return this.length === this.#numbers.length ? this.#numbers : this.#numbers.slice(0, this.length);
  }

  /** Appends the numbers of a field. @throws MalformedMessage */
  add(field: FieldReader): void {
    const bytes = field.packed(this.#size);
    const count = bytes.length / this.#size;
    const start = this.#reserve(count);
    if (this.#size === 8 && LITTLE_ENDIAN) {
      new Uint8Array(this.#numbers.buffer, this.#numbers.byteOffset).set(bytes, start * 8);
    } else decodeFloats(bytes, this.#size, this.#numbers, start);
  }

  #reserve(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#numbers.length) {
      const longer = this.#allocate(start === 0 ? count : Math.max(this.length, start * 2));
      if (start > 0) longer.set(this.#numbers);
      this.#numbers = longer;
    }
    return start;
  }
}

/** Decodes little-endian float64 or float32 numbers into `numbers`, from `start` on. */
export function decodeFloats(bytes: Uint8Array, size: 8 | 4, numbers: Float64Array, start: number): void {
  const view = viewOf(bytes);
  for (let i = 0; i * size < bytes.length; i++) {
    numbers[start + i] = size === 8 ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true);
  }
}

/** About as many numbers as one chunk of a file holds. */
const FIRST_NUMBERS = 1 << 14;

/** Memory that the histograms of each batch share. Fresh memory for each of them costs as much as decoding it. */
export class ReusedNumbers {
  #numbers: Float64Array = new Float64Array(FIRST_NUMBERS);
  #taken = 0;

  /** Frees all that was taken: it may be overwritten. */
  reset(): void {
    this.#taken = 0;
  }

  readonly take: AllocateNumbers = (count) => {
    if (this.#taken + count > this.#numbers.length) {
      // Numbers taken from the old memory stay valid.
      this.#numbers = new Float64Array(Math.max(count, this.#numbers.length * 2));
      this.#taken = 0;
    }
    this.#taken += count;
    return this.#numbers.subarray(this.#taken - count, this.#taken);
  };
}
