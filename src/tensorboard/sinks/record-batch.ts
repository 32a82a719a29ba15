/** Larger memory than this is given back after use. */
const MOST_KEPT_BYTES = 1 << 20;

/** Records one after the other, as they will stand in the file. The memory for them is used again and again. */
export class RecordBatch {
  /** How many records there are. */
  count = 0;
  #length = 0;
  #room: Uint8Array = new Uint8Array(0);

  /** All of them. A view, until the next change. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  /** @param records whole ones, which are copied; `count` of them */
  add(records: Uint8Array, count = 1): void {
    const length = this.#length + records.length;
    if (length > this.#room.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#room.length));
      larger.set(this.bytes);
      this.#room = larger;
    }
    this.#room.set(records, this.#length);
    this.#length = length;
    this.count += count;
  }

  clear(): void {
    if (this.#room.length > MOST_KEPT_BYTES) this.#room = new Uint8Array(0);
    this.#length = 0;
    this.count = 0;
  }
}
