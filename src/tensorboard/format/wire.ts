/**
 * @file Reading the wire format of protocol buffers, from bytes that nobody vouches for: every length is checked against
 * what is there before anything is read or allocated. pbf's reader trusts its input.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

import { LITTLE_ENDIAN } from './endian.ts';

/** Bytes that are not the message that they should be. */
export class MalformedMessage extends Error {
  override readonly name: string = 'MalformedMessage';
}

/** One field of a message. Which of the readings below fits is known from its number; the wire type is checked. */
export interface Field {
  readonly number: number;
  readonly type: number;
  /** Of a varint, modulo 2 ** 64. */
  readonly integer: bigint;
  /** Of all other types: a view of the message's own bytes. */
  readonly bytes: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const NOTHING = new Uint8Array(0);

/** The fields of a message, in their order. @throws MalformedMessage */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;

  function varint(): bigint {
    let [low, shift] = [0, 0];
    // Up to 28 bits in a number: almost all varints.
    for (; shift < 28; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw new MalformedMessage('a number is cut off');
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw new MalformedMessage('a number is cut off');
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedMessage('a number has more than ten bytes');
  }

  function take(length: number): Uint8Array {
    if (length > message.length - at) {
      throw new MalformedMessage(`a field claims ${length} bytes, and ${message.length - at} are left`);
    }
    at += length;
    return message.subarray(at - length, at);
  }

  while (at < message.length) {
    const key = varint();
    const [number, type] = [Number(key >> 3n), Number(key & 7n)];
    if (number === 0) throw new MalformedMessage('a field has the number 0');
    if (type === VARINT) yield { number, type, integer: varint(), bytes: NOTHING };
    else if (type === FIXED64) yield { number, type, integer: 0n, bytes: take(8) };
    else if (type === LENGTH) yield { number, type, integer: 0n, bytes: take(Number(varint())) };
    else if (type === FIXED32) yield { number, type, integer: 0n, bytes: take(4) };
    else throw new MalformedMessage(`a field has the unknown wire type ${type}`);
  }
}

function expect(field: Field, type: number): Uint8Array {
  if (field.type === type) return field.bytes;
  throw new MalformedMessage(`field ${field.number} has the wire type ${field.type}; expected ${type}`);
}

export const messageOf = (field: Field): Uint8Array => expect(field, LENGTH);

/** Invalid UTF-8 becomes U+FFFD, as nothing but a heading depends on it. */
const utf8 = new TextDecoder();
export const textOf = (field: Field): string => utf8.decode(expect(field, LENGTH));

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const doubleOf = (field: Field): number => viewOf(expect(field, FIXED64)).getFloat64(0, true);
export const floatOf = (field: Field): number => viewOf(expect(field, FIXED32)).getFloat32(0, true);

/** An int64 or an enum. Beyond the safe integers it is rounded. */
export function integerOf(field: Field): number {
  expect(field, VARINT);
  return Number(BigInt.asIntN(64, field.integer));
}

/** A `repeated double` (8 bytes) or `float` (4), packed or not. Mostly it comes in one piece, which is copied once. */
export class NumberList {
  readonly #size: 8 | 4;
  #numbers: Float64Array = new Float64Array(0);
  length = 0;

  constructor(size: 8 | 4) {
    this.#size = size;
  }

  /** In memory of their own. */
  get numbers(): Float64Array {
    return this.length === this.#numbers.length ? this.#numbers : this.#numbers.slice(0, this.length);
  }

  /** Appends what a field holds to what came before. @throws MalformedMessage */
  add(field: Field): void {
    const size = this.#size;
    const bytes = field.type === LENGTH ? field.bytes : expect(field, size === 8 ? FIXED64 : FIXED32);
    if (bytes.length % size !== 0) {
      throw new MalformedMessage(`field ${field.number} has ${bytes.length} bytes; expected numbers of ${size} bytes`);
    }
    const count = bytes.length / size;
    const start = this.#reserve(count);
    if (size === 8 && LITTLE_ENDIAN) {
      new Uint8Array(this.#numbers.buffer).set(bytes, start * 8);
      return;
    }
    const view = viewOf(bytes);
    for (let i = 0; i < count; i++) {
      this.#numbers[start + i] = size === 8 ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true);
    }
  }

  #reserve(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#numbers.length) {
      const longer = new Float64Array(start === 0 ? count : Math.max(this.length, start * 2));
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    return start;
  }
}
