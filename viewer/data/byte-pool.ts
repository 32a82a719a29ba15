/** A growing array of bytes. */
export class BytePool {
  #bytes: Uint8Array = new Uint8Array(0);
  length = 0;

  /** In bytes, including reserved space. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** Valid until the next {@link append}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Frees the reserved space. */
  trim(): void {
    if (this.length < this.#bytes.length) this.#bytes = this.#bytes.slice(0, this.length);
  }

  holds(bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < bytes.length; i++) if (this.#bytes[at + i] !== bytes[i]) return false;
    return true;
  }

  /** @returns the place of the bytes */
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
