import { mismatch } from '../../check/index.ts';
import type { Image } from '../format/event.ts';
import type { NumberArray } from '../values.ts';
import { encodePng } from './png.ts';

/** Images per row of the grid that a batch becomes. */
const GRID_COLUMNS = 8;

interface Grid {
  readonly columns: number;
  /** Whether the canvas is as high as it is wide, at least. */
  readonly isSquare: boolean;
}

/**
 * Encodes an image, or a batch as one grid, as a PNG.
 *
 * Source: `image` in torch/utils/tensorboard/summary.py, `convert_to_HWC` and `make_grid` in _utils.py.
 * @param dataformats the meaning of each dimension: the letters of HW, CHW or NCHW, in any order
 * @throws TypeError or RangeError for other formats, shapes and numbers of channels
 */
export function makeImage(where: string, { values, shape }: NumberArray, dataformats: string): Image {
  return arrange(where, { values, shape }, dataformats, { columns: GRID_COLUMNS, isSquare: false });
}

/**
 * A square PNG of images in a square grid, as the projector cuts it up again.
 *
 * Source: `make_sprite` in torch/utils/tensorboard/_embedding.py.
 * @param images `[count, channels, height, width]`, of 1 or 3 channels. If they are higher than wide, so is the PNG
 * @throws TypeError or RangeError for other shapes
 */
export function makeSprite(where: string, images: NumberArray): Uint8Array {
  const columns = Math.ceil(Math.sqrt(images.shape[0] ?? 0));
  return arrange(where, images, 'NCHW', { columns, isSquare: true }).encoded;
}

function arrange(where: string, { values, shape }: NumberArray, dataformats: string, grid: Grid): Image {
  const axes = readFormat(where, dataformats, shape);
  const [count, channels, height, width] = ['N', 'C', 'H', 'W'].map((axis) => axes.get(axis)?.size ?? 1) as Four;
  const [byCount, byChannel, byRow, byColumn] = ['N', 'C', 'H', 'W'].map((axis) => axes.get(axis)?.stride ?? 0) as Four;
  if (count * channels * height * width === 0) {
    throw new RangeError(`${where}: the image must have pixels, got the shape [${shape.join(', ')}]`);
  }
  checkChannels(where, channels, axes.has('N') ? [1, 3] : [1, 2, 3, 4]);
  const columns = Math.min(count, grid.columns);
  const rows = Math.ceil(count / columns);
  const colorspace = channels === 1 ? 3 : channels;
  const gridWidth = columns * width;
  const gridHeight = grid.isSquare ? Math.max(rows * height, gridWidth) : rows * height;
  const pixels = new Uint8Array(gridHeight * gridWidth * colorspace);
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
  const encoded = encodePng(pixels, gridHeight, gridWidth, colorspace);
  return { height: gridHeight, width: gridWidth, colorspace, encoded };
}

type Four = [number, number, number, number];

/** Scales 0 to 1 to a byte: in float32 and truncated, as in PyTorch. Float64, which it takes for sprites, gives the same. */
function fromUnit(value: number): number {
  const scaled = Math.fround(Math.fround(value) * 255);
  return scaled > 0 ? Math.min(scaled, 255) : 0;
}

/** Whether the array was read from the pixels of a canvas. */
export const isImageData = (image: unknown, { shape }: NumberArray): boolean =>
  typeof (image as ImageData | null)?.width === 'number' && shape.length === 3;

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
    throw mismatch(where, 'option "dataformats"', 'the letters of HW, CHW or NCHW, in any order', dataformats);
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
