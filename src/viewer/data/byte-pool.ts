/** Bytes that grow at their end. */
export class BytePool {
  #bytes: Uint8Array = new Uint8Array(0);
  /** How many are in use. */
  length = 0;

  /** What it takes, room to grow included. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** From the first byte on; another array after {@link reserve}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Makes room for so many bytes at the end. @returns where they begin */
  reserve(length: number): number {
    const at = this.length;
    this.length += length;
    if (this.length > this.#bytes.length) {
      const longer = new Uint8Array(Math.ceil(Math.max(this.length, this.#bytes.length * 1.5) / 8) * 8);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    return at;
  }
}
