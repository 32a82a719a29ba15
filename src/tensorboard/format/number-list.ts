/** @file Repeated numbers of a protobuf message, in one array. */
import { type FieldReader, viewOf } from '../../protobuf/index.ts';
import { LITTLE_ENDIAN } from './endian.ts';

const NONE: Float64Array = new Float64Array(0);

/** Gives memory for a number of float64s. */
export type AllocateNumbers = (count: number) => Float64Array;

const ownRoom: AllocateNumbers = (count) => new Float64Array(count);

/** A `repeated double` (8 bytes) or `float` (4), packed or not. Mostly it comes in one piece, which is copied once. */
export class NumberList {
  readonly #size: 8 | 4;
  readonly #room: AllocateNumbers;
  #numbers: Float64Array = NONE;
  length = 0;

  constructor(size: 8 | 4, room: AllocateNumbers = ownRoom) {
    this.#size = size;
    this.#room = room;
  }

  /** In the memory that the room gave: valid for as long as that is. */
  get numbers(): Float64Array {
    return this.length === this.#numbers.length ? this.#numbers : this.#numbers.slice(0, this.length);
  }

  /** Appends what a field holds to what came before. @throws MalformedMessage */
  add(field: FieldReader): void {
    const bytes = field.packed(this.#size);
    const count = bytes.length / this.#size;
    const start = this.#reserve(count);
    if (this.#size === 8 && LITTLE_ENDIAN) {
      new Uint8Array(this.#numbers.buffer, this.#numbers.byteOffset).set(bytes, start * 8);
      return;
    }
    const view = viewOf(bytes);
    for (let i = 0; i < count; i++) {
      this.#numbers[start + i] = this.#size === 8 ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true);
    }
  }

  #reserve(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#numbers.length) {
      const longer = this.#room(start === 0 ? count : Math.max(this.length, start * 2));
      if (start > 0) longer.set(this.#numbers);
      this.#numbers = longer;
    }
    return start;
  }
}
