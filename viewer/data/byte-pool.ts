/** Bytes that grow at their end. */
export class BytePool {
  #bytes: Uint8Array = new Uint8Array(0);
  /** How many are in use. */
  length = 0;

  /** What it takes, room to grow included. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** From the first byte on; another array after {@link append}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Gives back the room to grow. */
  trim(): void {
    if (this.length < this.#bytes.length) this.#bytes = this.#bytes.slice(0, this.length);
  }

  /** @returns where the bytes begin */
  append(bytes: Uint8Array): number {
    const at = this.length;
    this.length += bytes.length;
    if (this.length > this.#bytes.length) {
      const longer = new Uint8Array(Math.ceil(Math.max(this.length, this.#bytes.length * 1.5) / 8) * 8);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes.set(bytes, at);
    return at;
  }
}
