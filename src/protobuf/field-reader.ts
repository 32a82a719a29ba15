/**
 * @file Reads the wire format of protocol buffers from bytes that may be corrupt or hostile: every length is checked against
 * the enclosing message before anything is read or allocated. pbf's reader trusts its input.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

import { decodeUtf8 } from '../check/index.ts';

/** Bytes that are not a message of the expected type. */
export class MalformedMessage extends Error {
  override readonly name: string = 'MalformedMessage';
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * A cursor over the fields of a message; it allocates nothing per field.
 *
 *     | key | value | key | length | bytes… | key | …
 *           ^ after next(): `number` is the field's number, the methods below read its value
 *
 * Choose the method by the field's number. It checks the wire type.
 * @throws MalformedMessage (each method) if the bytes are not such a field
 */
export class FieldReader {
  static readonly className: string = 'FieldReader';
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  /** Position of the next field. */
  #next: number;
  /** Position of the field, position and length of its value. */
  #key = 0;
  #value = 0;
  #length = 0;
  #type = 0;
  /** The field's number. */
  number = 0;

  /** @param end may lie past the bytes, if only the beginning of the first field is there */
  constructor(bytes: Uint8Array, view: DataView = viewOf(bytes), start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#view = view;
    this.#next = start;
    this.#end = end;
  }

  /** Moves to the next field, if there is one. */
  next(): boolean {
    if (this.#next >= this.#end) return false;
    this.#key = this.#next;
    const key = this.#varint();
    this.number = Math.floor(key / 8);
    this.#type = key & 7;
    if (!(this.number >= 1 && this.number < 2 ** 29)) {
      throw new MalformedMessage(`a field has the number ${this.number}`);
    }
    this.#value = this.#next;
    if (this.#type === VARINT) this.#varint();
    else if (this.#type === FIXED64) this.#take(8);
    else if (this.#type === FIXED32) this.#take(4);
    else if (this.#type === LENGTH) {
      const length = this.#varint();
      this.#value = this.#next;
      this.#take(length);
    } else throw new MalformedMessage(`a field has the unknown wire type ${this.#type}`);
    this.#length = this.#next - this.#value;
    return true;
  }

  /** Position of the current field, to {@link seek} later. */
  get position(): number {
    return this.#key;
  }

  /** Moves to a field by its {@link position}. */
  seek(position: number): void {
    this.#next = position;
    this.next();
  }

  /** Positions of the current field's value: its first byte, and the one after its last. */
  get valueRange(): readonly [start: number, end: number] {
    return [this.#value, this.#next];
  }

  /** Whether the current field has a length: a message, bytes, text or packed numbers. */
  get hasLength(): boolean {
    return this.#type === LENGTH;
  }

  /** An int64 or an enum, rounded beyond the safe integers. */
  integer(): number {
    this.#expect(VARINT);
    const next = this.#next;
    this.#next = this.#value;
    const integer = this.#varint();
    this.#next = next;
    return integer;
  }

  /** The values of a `repeated int64` in this field: packed, or a single one. Rounded beyond the safe integers. */
  integers(): number[] {
    if (this.#type !== LENGTH) return [this.integer()];
    const next = this.#next;
    const end = this.#value + this.#length;
    const found: number[] = [];
    this.#next = this.#value;
    while (this.#next < end) found.push(this.#varint());
    if (this.#next > end) throw new MalformedMessage(`field ${this.number} ends inside a number`);
    this.#next = next;
    return found;
  }

  double(): number {
    this.#expect(FIXED64);
    return this.#view.getFloat64(this.#value, true);
  }

  float(): number {
    this.#expect(FIXED32);
    return this.#view.getFloat32(this.#value, true);
  }

  /** A view of the message's bytes. */
  bytes(): Uint8Array {
    this.#expect(LENGTH);
    return this.#bytes.subarray(this.#value, this.#value + this.#length);
  }

  /** The encoded field with its key: a view of the message's bytes. */
  raw(): Uint8Array {
    return this.#bytes.subarray(this.#key, this.#next);
  }

  /** Invalid UTF-8 becomes U+FFFD. */
  text(): string {
    return decodeUtf8(this.bytes());
  }

  /** The fields of a nested message. */
  message(): FieldReader {
    this.#expect(LENGTH);
    return new FieldReader(this.#bytes, this.#view, this.#value, this.#value + this.#length);
  }

  /** The values of a `repeated double` (8 bytes each) or `float` (4) in this field: packed, or a single one. */
  packed(size: 8 | 4): Uint8Array {
    if (this.#type !== LENGTH) this.#expect(size === 8 ? FIXED64 : FIXED32);
    if (this.#length % size !== 0) {
      throw new MalformedMessage(`field ${this.number} has ${this.#length} bytes; expected numbers of ${size} bytes`);
    }
    return this.#bytes.subarray(this.#value, this.#value + this.#length);
  }

  #expect(type: number): void {
    if (this.#type === type) return;
    throw new MalformedMessage(`field ${this.number} has the wire type ${this.#type}; expected ${type}`);
  }

  #take(length: number): void {
    const left = this.#end - this.#next;
    if (!(length >= 0 && length <= left)) {
      throw new MalformedMessage(`a field claims ${length} bytes, and ${left} are left`);
    }
    this.#next += length;
  }

  /** An int64: seven bits per byte, the lowest first. */
  #varint(): number {
    let low = 0;
    // Nearly all varints have at most 28 bits, which fit a 32-bit shift.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new MalformedMessage('a number has more than ten bytes');
  }

  #byte(): number {
    if (this.#next >= this.#end) throw new MalformedMessage('a number is cut off');
    return this.#bytes[this.#next++]!;
  }
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
