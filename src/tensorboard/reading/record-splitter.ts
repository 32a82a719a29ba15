import { joinBytes, viewOf } from '../../protobuf/index.ts';
import { FOOTER_BYTES, HEADER_BYTES, maskedCrc } from '../format/record.ts';

/** A part of a file that cannot be read. */
export interface ReadWarning {
  /** Where the record begins, in bytes from the start of the file. */
  readonly offset: number;
  readonly reason: string;
  /** Whether the rest of the file cannot be read: a corrupt length hides where the next record begins. */
  readonly final: boolean;
}

/** A record, or a warning instead of one. */
export type Piece =
  | { readonly offset: number; readonly data: Uint8Array }
  | { readonly offset: number; readonly warning: ReadWarning };

/** @returns whether it took the record, whose data are the bytes [start, end) */
export type TakeRecord = (bytes: Uint8Array, view: DataView, start: number, end: number) => boolean;

const takeNone: TakeRecord = () => false;

/** Protobuf allows messages up to 2 GB. */
const LONGEST_DATA = 2 ** 31;

/**
 * Splits the bytes of a TFRecord file, in any pieces, into the data of its records. It holds only the bytes received of an
 * incomplete record: the length that a file claims allocates nothing.
 */
export class RecordSplitter {
  /** Where the next record begins. */
  offset: number;
  /** Set by a corrupt length: nothing more can be read. */
  ended = false;
  /** Bytes of the incomplete record. */
  #parts: Uint8Array[] = [];
  #waiting = 0;
  /** Bytes needed to continue: a header, then the whole record. */
  #needed: number = HEADER_BYTES;

  /** @param offset the position of the first byte in the file */
  constructor(offset = 0) {
    this.offset = offset;
  }

  /** Bytes received of an incomplete record. */
  get pending(): number {
    return this.#waiting;
  }

  /**
   * Takes the next bytes of the file, and returns the records that they complete. The bytes must not change: data may be
   * a view of them.
   * @param take is offered each record first: its bytes are [start, end) of `bytes`. It returns whether it took the record
   */
  push(bytes: Uint8Array, take: TakeRecord = takeNone): Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    // Only a record that came in parts is copied.
    while (this.#waiting > 0 && from < bytes.length) {
      const part = bytes.subarray(from, from + this.#needed - this.#waiting);
      this.#parts.push(part);
      this.#waiting += part.length;
      from += part.length;
      if (this.#waiting === this.#needed) this.#keep(this.#split(joinBytes(this.#parts), pieces, take));
    }
    if (from < bytes.length && !this.ended) this.#keep(this.#split(bytes.subarray(from), pieces, take));
    return pieces;
  }

  #keep(rest: Uint8Array): void {
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#waiting = rest.length;
  }

  /** @returns the bytes of an incomplete record at the end */
  #split(bytes: Uint8Array, pieces: Piece[], take: TakeRecord): Uint8Array {
    const view = viewOf(bytes);
    for (let at = 0; ; ) {
      this.#needed = HEADER_BYTES;
      if (bytes.length - at < HEADER_BYTES) return bytes.subarray(at);
      const length = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
      if (view.getUint32(at + 8, true) !== maskedCrc(bytes, at, at + 8) || length > LONGEST_DATA) {
        const reason = `the length of a record does not fit its checksum, or is beyond 2 GB (${length})`;
        pieces.push({ offset: this.offset, warning: { offset: this.offset, reason, final: true } });
        this.ended = true;
        return new Uint8Array(0);
      }
      this.#needed = HEADER_BYTES + length + FOOTER_BYTES;
      if (bytes.length - at < this.#needed) return bytes.subarray(at);
      const start = at + HEADER_BYTES;
      const end = start + length;
      const offset = this.offset;
      if (view.getUint32(end, true) === maskedCrc(bytes, start, end)) {
        if (!take(bytes, view, start, end)) pieces.push({ offset, data: bytes.subarray(start, end) });
      } else {
        const reason = 'the data of a record does not fit its checksum';
        pieces.push({ offset, warning: { offset, reason, final: false } });
      }
      at += this.#needed;
      this.offset += this.#needed;
    }
  }
}
