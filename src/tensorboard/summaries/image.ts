import { describe } from '../../check/index.ts';
import type { Image } from '../format/event.ts';
import type { NumberArray } from '../values.ts';
import { encodePng } from './png.ts';

/** Pictures side by side in a row of the grid that a batch becomes. */
const GRID_COLUMNS = 8;

/**
 * The PNG of an array of pixels, or of a batch of them as one grid.
 *
 * Source: `image` in torch/utils/tensorboard/summary.py, `convert_to_HWC` and `make_grid` in _utils.py.
 * @param dataformats what each dimension is: two of HW, all of CHW or all of NCHW, in any order
 * @throws TypeError or RangeError for other formats, shapes and numbers of channels
 */
export function makeImage(where: string, { values, shape }: NumberArray, dataformats: string): Image {
  const axes = readFormat(where, dataformats, shape);
  const [count, channels, height, width] = ['N', 'C', 'H', 'W'].map((axis) => axes.get(axis)?.size ?? 1) as Four;
  const [byCount, byChannel, byRow, byColumn] = ['N', 'C', 'H', 'W'].map((axis) => axes.get(axis)?.stride ?? 0) as Four;
  if (count * channels * height * width === 0) {
    throw new RangeError(`${where}: an image of shape [${shape.join(', ')}] has no pixels`);
  }
  checkChannels(where, channels, axes.has('N') ? [1, 3] : [1, 2, 3, 4]);
  const columns = Math.min(count, GRID_COLUMNS);
  const rows = Math.ceil(count / columns);
  const colorspace = channels === 1 ? 3 : channels;
  const gridWidth = columns * width;
  const pixels = new Uint8Array(rows * height * gridWidth * colorspace);
  const toByte = isBytes(values) ? (value: number) => value : fromUnit;
  for (let n = 0; n < count; n++) {
    const [top, left] = [Math.floor(n / columns) * height, (n % columns) * width];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = n * byCount + y * byRow + x * byColumn;
        const to = ((top + y) * gridWidth + left + x) * colorspace;
        // One channel is written three times.
        for (let c = 0; c < colorspace; c++) {
          pixels[to + c] = toByte(values[channels === 1 ? from : from + c * byChannel]!);
        }
      }
    }
  }
  const encoded = encodePng(pixels, rows * height, gridWidth, colorspace);
  return { height: rows * height, width: gridWidth, colorspace, encoded };
}

type Four = [number, number, number, number];

/** A value of 0 to 1 as a byte: in float32 and cut off, as in PyTorch. */
function fromUnit(value: number): number {
  const scaled = Math.fround(Math.fround(value) * 255);
  return scaled > 0 ? Math.min(scaled, 255) : 0;
}

/** Only bytes are taken as they are, as in PyTorch; other integers are scaled like fractions. */
function isBytes(values: object): boolean {
  return /Uint8(Clamped)?Array\]$/.test(Object.prototype.toString.call(values));
}

/** The size of each dimension, and how far apart its elements are. */
function readFormat(
  where: string,
  dataformats: unknown,
  shape: readonly number[],
): Map<string, { size: number; stride: number }> {
  const letters = typeof dataformats === 'string' ? [...dataformats.toUpperCase()] : [];
  if (!['HW', 'CHW', 'CHNW'].includes([...letters].sort().join(''))) {
    throw new TypeError(
      `${where}: option dataformats is ${describe(dataformats)}; expected the letters of HW, CHW or NCHW, in any order`,
    );
  }
  if (letters.length !== shape.length) {
    throw new RangeError(
      `${where}: size of input tensor and input format are different.\n  ` +
        `tensor shape: [${shape.join(', ')}], input_format: ${dataformats}`,
    );
  }
  const axes = new Map<string, { size: number; stride: number }>();
  let stride = 1;
  for (let i = letters.length - 1; i >= 0; i--) {
    axes.set(letters[i]!, { size: shape[i]!, stride });
    stride *= shape[i]!;
  }
  return axes;
}

function checkChannels(where: string, channels: number, allowed: readonly number[]): void {
  if (allowed.includes(channels)) return;
  throw new RangeError(`${where}: ${channels} channels; expected ${allowed.join(', ')}`);
}
