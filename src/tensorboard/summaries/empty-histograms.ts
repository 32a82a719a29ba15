/** Warns once for each tag of a histogram that holds nothing. */
export class EmptyHistograms {
  readonly #warned: Set<string> = new Set();

  /** @param count of the values that it was to show */
  warn(where: string, tag: string, count: number): void {
    if (this.#warned.has(tag)) return;
    this.#warned.add(tag);
    const what = count === 0 ? 'there are no values' : `of ${count} values all are NaN, infinite or beyond the bins`;
    console.warn(`${where}: ${what}, so no histogram is written. This is said once for each tag.`);
  }
}
