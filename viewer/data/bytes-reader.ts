import { decodeUtf8 } from '../../src/check/index.ts';

/**
 * Reads what a {@link BytesWriter} wrote.
 * @throws RangeError (each method) where the bytes are cut off
 */
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
    const known = this.whole();
    if (known === this.#names.length) this.#names.push(this.text());
    const name = this.#names[known];
    if (name === undefined) throw new RangeError(`name ${known} of ${this.#names.length}`);
    return name;
  }

  /** A view. */
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
