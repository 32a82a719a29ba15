/**
 * @file Decodes the parts of a TensorProto that TensorBoard's values use. Source: tensor.proto in tensorboard/compat/proto.
 */
import { type FieldReader, joinBytes, MalformedMessage } from '../../protobuf/index.ts';
import { decodeFloats, NumberList } from '../format/number-list.ts';

/** Row-major; only one of numbers and texts, by the tensor's type. */
export interface Tensor {
  readonly shape: readonly number[];
  /** The values of a float32 or float64 tensor. */
  readonly numbers?: Float64Array;
  /** The values of a string tensor, which may hold any bytes. */
  readonly texts?: readonly Uint8Array[];
}

const DT_FLOAT = 1;
const DT_DOUBLE = 2;
const DT_STRING = 7;

/**
 * @throws MalformedMessage, also if the number of values is not that of the shape. (TensorFlow lets one value fill a
 *   whole shape. Here that holds for shapes of a single value only: a claimed shape must not allocate.)
 */
export function decodeTensor(fields: FieldReader): Tensor {
  let [dtype, content] = [0, undefined as Uint8Array | undefined];
  const floats = new NumberList(4);
  const doubles = new NumberList(8);
  let shape: number[] = [];
  const texts: Uint8Array[] = [];
  while (fields.next()) {
    if (fields.number === 1) dtype = fields.integer();
    else if (fields.number === 2) shape = shapeOf(fields.message());
    else if (fields.number === 4) content = fields.bytes();
    else if (fields.number === 5) floats.add(fields);
    else if (fields.number === 6) doubles.add(fields);
    else if (fields.number === 8) texts.push(fields.bytes());
  }
  if (dtype === DT_STRING) return { shape, texts };
  if (dtype !== DT_FLOAT && dtype !== DT_DOUBLE) return { shape };
  const [size, list] = dtype === DT_FLOAT ? ([4, floats] as const) : ([8, doubles] as const);
  const numbers = content === undefined ? list.numbers : numbersOf(content, size);
  const expected = shape.reduce((product, one) => product * one, 1);
  if (numbers.length !== expected) {
    throw new MalformedMessage(`a tensor of shape [${shape.join(', ')}] has ${numbers.length} values`);
  }
  return { shape, numbers };
}

function shapeOf(fields: FieldReader): number[] {
  const shape: number[] = [];
  while (fields.next()) {
    if (fields.number !== 2) continue;
    let size = 0;
    for (const inner = fields.message(); inner.next(); ) if (inner.number === 1) size = inner.integer();
    shape.push(size);
  }
  return shape;
}

function numbersOf(content: Uint8Array, size: 4 | 8): Float64Array {
  if (content.length % size !== 0) {
    throw new MalformedMessage(`a tensor has ${content.length} bytes; expected numbers of ${size}`);
  }
  const numbers = new Float64Array(content.length / size);
  decodeFloats(content, size, numbers, 0);
  return numbers;
}

/** The audio plugin's metadata for a sound of the older form: a WAV file (11), converted to a tensor. */
const AUDIO_CONTENT: Uint8Array = Uint8Array.of(0x10, 11, 0x18, 1);

/** A TensorProto of strings (7), of shape [1, 2], up to the length of its first string. */
const AUDIO_BEGIN: readonly number[] = [0x08, 7, 0x12, 8, 0x12, 2, 0x08, 1, 0x12, 2, 0x08, 2, 0x42];
/** The second string, which is empty. */
const AUDIO_END: Uint8Array = Uint8Array.of(0x42, 0);

/**
 * Converts a sound of the older form (`Summary.Audio`) to the newer one, as TensorBoard's data_compat.py does: a tensor of
 * the encoded sound and an empty label. The sound itself says its rate, channels and length.
 */
export function audioTensor(audio: FieldReader): { plugin: 'audio'; content: Uint8Array; tensor: Uint8Array } {
  let encoded: Uint8Array = new Uint8Array(0);
  while (audio.next()) if (audio.number === 4) encoded = audio.bytes();
  const begin = [...AUDIO_BEGIN];
  let length = encoded.length;
  for (; length >= 128; length = Math.floor(length / 128)) begin.push((length % 128) + 128);
  begin.push(length);
  const tensor = joinBytes([Uint8Array.from(begin), encoded, AUDIO_END]);
  return { plugin: 'audio', content: AUDIO_CONTENT.slice(), tensor };
}
