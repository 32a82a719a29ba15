/**
 * @file The files that TensorBoard's projector reads: a matrix and labels as TSV, images in one sprite, and the configuration
 * that lists them.
 *
 * Source: `add_embedding` in torch/utils/tensorboard/writer.py and _embedding.py; `EmbeddingInfo` in
 * tensorboard/plugins/projector/projector_config.proto.
 */
import { describe, encodeUtf8, tagOf } from '../../check/index.ts';
import type { NumberArray } from '../values.ts';
import { makeSprite } from './image.ts';

/** A label of a row: one value, or one for each column of the header. */
export type Label = string | number | boolean | readonly (string | number | boolean)[];

export interface EmbeddingParts {
  readonly matrix: NumberArray;
  /** Whether the matrix was given as 64-bit integers. */
  readonly wasBig: boolean;
  readonly labels: readonly Label[] | undefined;
  readonly header: readonly string[] | undefined;
  readonly images: NumberArray | undefined;
}

interface Entry {
  readonly tensorName: string;
  /** Below the log directory. */
  readonly directory: string;
  readonly hasLabels: boolean;
  /** Width and height of an image in the sprite. */
  readonly imageSize: readonly number[] | undefined;
}

/** The embeddings of one log directory. */
export class Embeddings {
  #entries: ReadonlyMap<string, Entry> = new Map();

  /**
   * @param store stores files by their paths below the log directory
   * @throws TypeError or RangeError for parts that do not fit each other; what `store` throws
   */
  add(
    where: string,
    tag: string,
    step: bigint,
    parts: EmbeddingParts,
    store: (files: Iterable<readonly [path: string, bytes: Uint8Array]>) => void,
  ): void {
    const directory = `${paddedStep(step)}/${encodeTag(tag)}`;
    const files = filesOf(where, parts);
    const entry: Entry = {
      tensorName: `${tag}:${paddedStep(step)}`,
      directory,
      hasLabels: parts.labels !== undefined,
      imageSize: parts.images && [parts.images.shape[3]!, parts.images.shape[2]!],
    };
    const entries = new Map(this.#entries).set(directory, entry);
    const named = files.map(([name, bytes]) => [`${directory}/${name}`, bytes] as const);
    store([...named, ['projector_config.pbtxt', projectorConfig(entries.values())]]);
    this.#entries = entries;
  }
}

function filesOf(where: string, { matrix, wasBig, labels, header, images }: EmbeddingParts): [string, Uint8Array][] {
  if (matrix.shape.length !== 2) {
    const text = 'mat should be 2D, where mat.size(0) is the number of data points';
    throw new RangeError(`${where}: ${text}; got the shape [${matrix.shape.join(', ')}]`);
  }
  const [count] = matrix.shape as [number, number];
  const files: [string, Uint8Array][] = [];
  if (labels !== undefined) files.push(['metadata.tsv', encodeUtf8(labelRows(where, labels, header, count))]);
  else if (header !== undefined) throw new TypeError(`${where}: metadataHeader needs metadata, got none`);
  if (images !== undefined) {
    if (images.shape[0] !== count) {
      const came = `${count} rows and images of shape [${images.shape.join(', ')}]`;
      throw new RangeError(`${where}: #images should equal with #data points; got ${came}`);
    }
    files.push(['sprite.png', makeSprite(where, images)]);
  }
  return [...files, ['tensors.tsv', encodeUtf8(matrixRows(matrix, wasBig))]];
}

function matrixRows({ values, shape }: NumberArray, wasBig: boolean): string {
  const [rows, columns] = shape as [number, number];
  const isInteger = wasBig || /^U?[Ii]nt/.test(tagOf(values));
  const format = isInteger ? String : pythonFloat;
  let text = '';
  for (let row = 0; row < rows; row++) {
    const cells = Array.from({ length: columns }, (_, column) => format(values[row * columns + column]!));
    text += `${cells.join('\t')}\n`;
  }
  return text;
}

/** A float as Python's `str` writes it: the shortest digits that give the same float64. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const [digits, power] = value.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const sign = Object.is(value, -0) ? '-' : '';
  return Number.isInteger(value) ? `${sign}${value}.0` : String(value);
}

function labelRows(
  where: string,
  labels: readonly Label[],
  header: readonly string[] | undefined,
  count: number,
): string {
  if (labels.length !== count) {
    throw new RangeError(
      `${where}: #labels should equal with #data points; got ${labels.length} labels and ${count} rows`,
    );
  }
  const rows = header === undefined ? labels : [header, ...labels];
  const width = header?.length;
  return rows
    .map((row, i) => {
      const name = header === undefined ? `metadata[${i}]` : i === 0 ? 'metadataHeader' : `metadata[${i - 1}]`;
      const cells: readonly unknown[] = Array.isArray(row) ? row : [row];
      if (Array.isArray(row) !== (width !== undefined) || (width !== undefined && cells.length !== width)) {
        const expected =
          width === undefined ? 'one label, since there is no metadataHeader' : `an array of ${width} labels`;
        throw new TypeError(`${where}: ${name} must be ${expected}, got ${describe(row)}`);
      }
      return `${cells.map((cell) => labelText(where, name, cell)).join('\t')}\n`;
    })
    .join('');
}

function labelText(where: string, name: string, label: unknown): string {
  if (typeof label !== 'string' && typeof label !== 'number' && typeof label !== 'boolean') {
    throw new TypeError(`${where}: ${name} must be a string, a number or a boolean, got ${describe(label)}`);
  }
  const isFraction = typeof label === 'number' && !Number.isInteger(label);
  // As Python's str: True, nan, 1e-07.
  const text = label === true ? 'True' : label === false ? 'False' : isFraction ? pythonFloat(label) : String(label);
  if (/[\t\n\r]/.test(text)) {
    throw new RangeError(`${where}: ${name} must have no tab and no line break, got ${describe(label)}`);
  }
  return text;
}

/** `projector_config.pbtxt`, in protobuf's text format. */
function projectorConfig(entries: Iterable<Entry>): Uint8Array {
  let text = '';
  for (const { tensorName, directory, hasLabels, imageSize } of entries) {
    const path = (name: string) => textString(`${directory}/${name}`);
    text += `embeddings {\n  tensor_name: ${textString(tensorName)}\n`;
    if (hasLabels) text += `  metadata_path: ${path('metadata.tsv')}\n`;
    if (imageSize !== undefined) {
      const sizes = imageSize.map((size) => `    single_image_dim: ${size}\n`).join('');
      text += `  sprite {\n    image_path: ${path('sprite.png')}\n${sizes}  }\n`;
    }
    text += `  tensor_path: ${path('tensors.tsv')}\n}\n`;
  }
  return encodeUtf8(text);
}

/** A string of the text format. Tags have no control characters, which would need more. */
const textString = (text: string): string => `"${text.replace(/["'\\]/g, '\\$&')}"`;

/** The name of a directory for a tag: what would lead to another one is escaped. PyTorch lets '..' through. */
const encodeTag = (tag: string): string =>
  /^\.\.?$/.test(tag)
    ? tag.replaceAll('.', '%2e')
    : tag.replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c');

/** A step as five digits or more, after its sign. */
function paddedStep(step: bigint): string {
  const digits = String(step < 0 ? -step : step);
  return step < 0 ? `-${digits.padStart(4, '0')}` : digits.padStart(5, '0');
}
