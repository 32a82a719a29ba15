/** @file Numbers, texts and bytes in sequence: a reader reads them in the order in which a writer wrote them. */
import { decodeUtf8, encodeUtf8 } from '../../src/check/index.ts';

export class BytesWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  #view: DataView = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #names: Map<string, number> = new Map();

  /** What was written. The writer must not be used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }

  /** A non-negative integer, as a varint. */
  whole(value: number): void {
    this.#reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  doubles(values: Float64Array): void {
    this.#reserve(values.length * 8);
    for (let i = 0; i < values.length; i++) this.#view.setFloat64(this.#at + i * 8, values[i]!, true);
    this.#at += values.length * 8;
  }

  text(value: string): void {
    this.bytes(encodeUtf8(value));
  }

  /** A text that recurs: written in full the first time, as a number afterwards. */
  name(value: string): void {
    const known = this.#names.get(value);
    this.whole(known ?? this.#names.size);
    if (known !== undefined) return;
    this.#names.set(value, this.#names.size);
    this.text(value);
  }

  bytes(value: Uint8Array): void {
    this.whole(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const longer = new Uint8Array(Math.max(this.#at + length, this.#bytes.length * 2));
    longer.set(this.#bytes);
    this.#bytes = longer;
    this.#view = new DataView(longer.buffer);
  }
}

/** Each method throws a RangeError if the bytes end too early. */
export class BytesReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  readonly #names: string[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  whole(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#view.getUint8(this.#at++);
      value += (byte & 0x7f) * factor;
      if (byte < 128) return value;
    }
  }

  double(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  doubles(length: number): Float64Array<ArrayBuffer> {
    const at = this.#take(length * 8);
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = this.#view.getFloat64(at + i * 8, true);
    return values;
  }

  text(): string {
    return decodeUtf8(this.bytes());
  }

  name(): string {
    const index = this.whole();
    if (index === this.#names.length) this.#names.push(this.text());
    const name = this.#names[index];
    if (name === undefined) throw new RangeError(`name ${index} of ${this.#names.length}`);
    return name;
  }

  /** A view of the reader's memory. */
  bytes(): Uint8Array {
    const length = this.whole();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  #take(length: number): number {
    if (!(length <= this.#bytes.length - this.#at)) throw new RangeError(`${length} bytes at ${this.#at}`);
    this.#at += length;
    return this.#at - length;
  }
}
