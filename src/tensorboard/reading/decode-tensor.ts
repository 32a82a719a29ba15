/** @file A TensorProto, as far as TensorBoard's values need it. Source: tensor.proto in tensorboard/compat/proto. */
import { type FieldReader, MalformedMessage, viewOf } from '../../protobuf/index.ts';
import { NumberList } from '../format/number-list.ts';

/** Row-major; only one of the two, by the tensor's type. */
export interface Tensor {
  readonly shape: readonly number[];
  /** Of a tensor of float32 or float64. */
  readonly numbers?: Float64Array;
  /** Of a tensor of strings, which may be any bytes. */
  readonly texts?: readonly Uint8Array[];
}

const DT_FLOAT = 1;
const DT_DOUBLE = 2;
const DT_STRING = 7;

/**
 * @throws MalformedMessage, also where a shape holds another number of values than there are. (TensorFlow lets one value
 *   stand for all of a shape; that is read for a single value only: a claimed shape must not allocate.)
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
  const size = dtype === DT_FLOAT ? 4 : 8;
  const listed = dtype === DT_FLOAT ? floats : doubles;
  const numbers = content === undefined ? listed.numbers : raw(content, size);
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

function raw(bytes: Uint8Array, size: 4 | 8): Float64Array {
  if (bytes.length % size !== 0)
    throw new MalformedMessage(`a tensor has ${bytes.length} bytes; expected numbers of ${size}`);
  const view = viewOf(bytes);
  const numbers = new Float64Array(bytes.length / size);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = size === 8 ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true);
  }
  return numbers;
}
