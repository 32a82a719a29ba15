import { encodeUtf8 } from '../../src/check/index.ts';

/** Writes numbers, texts and bytes one after another. What is written is read by a {@link BytesReader} in the same order. */
export class BytesWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  #view: DataView = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #names: Map<string, number> = new Map();

  /** What was written, without room behind it. The writer must not be used any more. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }

  /** A whole number that is not negative. */
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

  /** A text that comes again and again: written once. */
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
