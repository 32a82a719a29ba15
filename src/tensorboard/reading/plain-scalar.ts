import type { TextTable } from './text-table.ts';

/**
 * Takes a scalar, without an object for it. Times are seconds since 1970.
 * @returns false to get it as an event instead
 */
export type TakeScalar = (tag: string, step: number, wallTime: number, value: number) => boolean;

/* Keys of protobuf: the number of the field, and its wire type. */
const WALL_TIME = 0x09;
const STEP = 0x10;
const SUMMARY = 0x2a;
const VALUE = 0x0a;
const TAG = 0x0a;
const SIMPLE_VALUE = 0x15;

/**
 * Decodes an event that is one scalar and nothing else, as `add_scalar` of PyTorch and layertap writes it, and passes it to
 * `take`. Every length is checked.
 *
 *     | 09 wall time | 10 step | 2a length | 0a length | 0a length tag | 15 value |
 *
 * @param view of the same bytes
 * @returns whether it was taken; false for any other event, and for malformed bytes: the full decoder knows what they are
 */
export function takePlainScalar(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  tags: TextTable,
  take: TakeScalar,
): boolean {
  let [wallTime, step, at] = [0, 0, start];
  let summary = -1;
  while (at < end) {
    const key = bytes[at++]!;
    if (key === WALL_TIME && at + 8 <= end) {
      wallTime = view.getFloat64(at, true);
      at += 8;
    } else if (key === STEP) {
      step = 0;
      for (let factor = 1; ; factor *= 128) {
        // Negative steps, and those beyond the safe integers, are for the full decoder.
        if (at === end || factor > 2 ** 42) return false;
        const byte = bytes[at++]!;
        step += (byte & 127) * factor;
        if (byte < 128) break;
      }
    } else if (key === SUMMARY && summary === -1) {
      // Lengths below 128 take one byte: two headers, a tag and a number.
      const length = bytes[at++]!;
      summary = at;
      at += length;
      if (length >= 128 || at > end || bytes[summary] !== VALUE || bytes[summary + 1] !== length - 2) return false;
    } else return false;
  }
  if (summary === -1) return false;
  const valueEnd = summary + bytes[summary - 1]!;
  const tagLength = bytes[summary + 3]!;
  const tagEnd = summary + 4 + tagLength;
  if (bytes[summary + 2] !== TAG || tagEnd + 5 !== valueEnd || bytes[tagEnd] !== SIMPLE_VALUE) return false;
  return take(tags.textAt(bytes, summary + 4, tagEnd), step, wallTime, view.getFloat32(tagEnd + 1, true));
}
