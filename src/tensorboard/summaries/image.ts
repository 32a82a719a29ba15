import { describe } from '../../check/index.ts';
import type { Image } from '../format/event.ts';
import type { NumberArray } from '../values.ts';
import { encodePng } from './png.ts';

/** Images per row of the grid that a batch becomes. */
const GRID_COLUMNS = 8;

/**
 * Encodes an image, or a batch as one grid, as a PNG.
 *
 * Source: `image` in torch/utils/tensorboard/summary.py, `convert_to_HWC` and `make_grid` in _utils.py.
 * @param dataformats the meaning of each dimension: the letters of HW, CHW or NCHW, in any order
 * @throws TypeError or RangeError for other formats, shapes and numbers of channels
 */
export function makeImage(where: string, { values, shape }: NumberArray, dataformats: string): Image {
  const axes = readFormat(where, dataformats, shape);
  const [count, channels, height, width] = ['N', 'C', 'H', 'W'].map((axis) => axes.get(axis)?.size ?? 1) as Four;
  const [byCount, byChannel, byRow, byColumn] = ['N', 'C', 'H', 'W'].map((axis) => axes.get(axis)?.stride ?? 0) as Four;
  if (count * channels * height * width === 0) {
    throw new RangeError(`${where}: the image must have pixels, got the shape [${shape.join(', ')}]`);
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
        // A single channel is repeated for R, G and B.
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

/** Scales 0 to 1 to a byte: in float32 and truncated, as in PyTorch. */
function fromUnit(value: number): number {
  const scaled = Math.fround(Math.fround(value) * 255);
  return scaled > 0 ? Math.min(scaled, 255) : 0;
}

/** As in PyTorch, only bytes are taken as they are. Other integers are scaled like fractions. */
function isBytes(values: object): boolean {
  return /Uint8(Clamped)?Array\]$/.test(Object.prototype.toString.call(values));
}

/** The size and stride of each dimension. */
function readFormat(
  where: string,
  dataformats: unknown,
  shape: readonly number[],
): Map<string, { size: number; stride: number }> {
  const letters = typeof dataformats === 'string' ? [...dataformats.toUpperCase()] : [];
  if (!['HW', 'CHW', 'CHNW'].includes([...letters].sort().join(''))) {
    throw new TypeError(
      `${where}: option "dataformats" must be the letters of HW, CHW or NCHW, in any order, got ${describe(dataformats)}`,
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
  throw new RangeError(`${where}: the number of channels must be ${allowed.join(', ')}, got ${channels}`);
}
