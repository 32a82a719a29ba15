import { viewOf } from '../../protobuf/index.ts';
import { FOOTER_BYTES, HEADER_BYTES, maskedCrc } from '../format/record.ts';

/** A place in a file where bytes are not what they should be. */
export interface ReadWarning {
  /** Where the record begins, in bytes from the start of the file. */
  readonly offset: number;
  readonly reason: string;
  /** Whether nothing behind it can be read: where a record ends is known from its length alone. */
  readonly final: boolean;
}

/** A record, or what is in the place of one. */
export type Piece =
  | { readonly offset: number; readonly data: Uint8Array }
  | { readonly offset: number; readonly warning: ReadWarning };

/** Protobuf allows 2 GB; a longer record is none. */
const LONGEST_DATA = 2 ** 31;

/**
 * Splits the bytes of a TFRecord file, in whatever pieces they come, into the data of its records. It holds no more than
 * what has come of the record that is not complete yet: a length that a file claims allocates nothing.
 */
export class RecordSplitter {
  /** Where the next record begins: everything before it was given out. */
  offset: number;
  /** After a length that is wrong nothing can be read. */
  ended = false;
  /** What came and was not given out yet. */
  #parts: Uint8Array[] = [];
  #waiting = 0;
  /** How many bytes must have come before more can be said. */
  #needed: number = HEADER_BYTES;

  /** @param offset where in the file the first byte stands */
  constructor(offset = 0) {
    this.offset = offset;
  }

  /** How many bytes have come of a record that is not complete. */
  get pending(): number {
    return this.#waiting;
  }

  /**
   * Takes the next bytes of the file, and gives each record that is complete with them. Its data may be a view of the
   * bytes that were given, so that these must not change.
   */
  push(bytes: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    // A record that came in parts is put together; all others stay where they are.
    while (this.#waiting > 0 && from < bytes.length) {
      const part = bytes.subarray(from, from + this.#needed - this.#waiting);
      this.#parts.push(part);
      this.#waiting += part.length;
      from += part.length;
      if (this.#waiting === this.#needed) this.#keep(this.#split(this.#joined(), pieces));
    }
    if (from < bytes.length && !this.ended) this.#keep(this.#split(bytes.subarray(from), pieces));
    return pieces;
  }

  #keep(rest: Uint8Array): void {
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#waiting = rest.length;
  }

  /** @returns the bytes of the last record, which is not complete */
  #split(bytes: Uint8Array, pieces: Piece[]): Uint8Array {
    const view = viewOf(bytes);
    for (let at = 0; ; ) {
      this.#needed = HEADER_BYTES;
      if (bytes.length - at < HEADER_BYTES) return bytes.subarray(at);
      const length = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
      if (view.getUint32(at + 8, true) !== maskedCrc(bytes.subarray(at, at + 8)) || length > LONGEST_DATA) {
        const reason = `the length of a record does not fit its checksum, or is beyond 2 GB (${length})`;
        pieces.push({ offset: this.offset, warning: { offset: this.offset, reason, final: true } });
        this.ended = true;
        return new Uint8Array(0);
      }
      this.#needed = HEADER_BYTES + length + FOOTER_BYTES;
      if (bytes.length - at < this.#needed) return bytes.subarray(at);
      const end = at + HEADER_BYTES + length;
      const data = bytes.subarray(at + HEADER_BYTES, end);
      const offset = this.offset;
      if (view.getUint32(end, true) === maskedCrc(data)) pieces.push({ offset, data });
      else {
        const reason = 'the data of a record does not fit its checksum';
        pieces.push({ offset, warning: { offset, reason, final: false } });
      }
      at += this.#needed;
      this.offset += this.#needed;
    }
  }

  #joined(): Uint8Array {
    if (this.#parts.length === 1) return this.#parts[0]!;
    const whole = new Uint8Array(this.#waiting);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
