/**
 * @file Encodes PNG files with 8 bits per channel.
 *
 * Source: the PNG specification (third edition), sections 5 (chunks), 9 (filters) and 11 (IHDR, IDAT, IEND).
 */
import { zlibSync } from 'fflate';
import { joinBytes } from '../../protobuf/index.ts';
import { crcTable } from '../format/crc32c.ts';

/** Colour types by number of channels: grey, grey and alpha, RGB, RGBA. */
const COLOR_TYPES = [0, 4, 2, 6];

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @param pixels `[height, width, channels]`, row-major, 1 to 4 channels */
export function encodePng(pixels: Uint8Array, height: number, width: number, channels: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  header[9] = COLOR_TYPES[channels - 1]!;
  const rows = filterRows(pixels, height, width * channels, channels);
  const chunks = [chunk('IHDR', header), chunk('IDAT', zlibSync(rows)), chunk('IEND', new Uint8Array(0))];
  return joinBytes([Uint8Array.from(SIGNATURE), ...chunks]);
}

/** `| length of data: uint32 | name: 4 letters | data | CRC of name and data: uint32 |`, big-endian. */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + 12);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) whole[4 + i] = name.charCodeAt(i);
  whole.set(data, 8);
  view.setInt32(data.length + 8, crc32(whole.subarray(4, data.length + 8)));
  return whole;
}

/** CRC-32, the checksum of zip and PNG. */
const CRC_TABLE = /* @__PURE__ */ crcTable(0xedb88320);

function crc32(bytes: Uint8Array): number {
  let register = -1;
  for (let i = 0; i < bytes.length; i++) register = (register >>> 8) ^ CRC_TABLE[(register ^ bytes[i]!) & 255]!;
  return ~register;
}

/**
 * Filters each row, and puts the number of its filter in front. The filter with the smallest sum of absolute differences
 * is taken: the heuristic of section 12.7, which PIL uses too.
 */
function filterRows(pixels: Uint8Array, height: number, rowBytes: number, pixelBytes: number): Uint8Array {
  const output = new Uint8Array(height * (rowBytes + 1));
  // Both rows begin with the pixel left of the first: zeros, as is the row above the first.
  let row = new Uint8Array(pixelBytes + rowBytes);
  let above = new Uint8Array(pixelBytes + rowBytes);
  const candidate = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    row.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), pixelBytes);
    const target = y * (rowBytes + 1);
    let smallest = Infinity;
    for (let filter = 0; filter <= PAETH; filter++) {
      const sum = filterRow(filter, row, above, pixelBytes, candidate);
      if (sum >= smallest) continue;
      smallest = sum;
      output[target] = filter;
      output.set(candidate, target + 1);
    }
    [row, above] = [above, row];
  }
  return output;
}

const [NONE, LEFT, ABOVE, AVERAGE, PAETH] = [0, 1, 2, 3, 4] as const;

/** Subtracts the filter's prediction from each byte. @returns the sum of absolute differences */
function filterRow(filter: number, row: Uint8Array, above: Uint8Array, pixelBytes: number, result: Uint8Array): number {
  let sum = 0;
  for (let x = 0; x < result.length; x++) {
    const left = row[x]!;
    const up = above[x + pixelBytes]!;
    const upLeft = above[x]!;
    let prediction = 0;
    if (filter === LEFT) prediction = left;
    else if (filter === ABOVE) prediction = up;
    else if (filter === AVERAGE) prediction = (left + up) >> 1;
    else if (filter !== NONE) prediction = paeth(left, up, upLeft);
    const difference = (row[x + pixelBytes]! - prediction) & 0xff;
    result[x] = difference;
    sum += difference < 128 ? difference : 256 - difference;
  }
  return sum;
}

/** The neighbour that is nearest to `left + up - upLeft`. */
function paeth(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft);
  const toUp = Math.abs(left - upLeft);
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
