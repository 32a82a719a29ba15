// Writes .tflite models: a chain of FULLY_CONNECTED operators, weights inside; or one RELU.
// Field numbers are those of schema.fbs (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs).
import { Builder } from 'flatbuffers';

const FULLY_CONNECTED = 9;
const RELU = 19;
const FULLY_CONNECTED_OPTIONS = 8;
const FUSED_RELU = 1;
/** XNNPACK reads weights where they are in the file. */
const ALIGNMENT = 16;

/** @param fields by number: `(builder, field) => void` adds one */
function table(builder, fields) {
  builder.startObject(Math.max(...Object.keys(fields).map(Number), -1) + 1);
  for (const [field, add] of Object.entries(fields)) add(Number(field));
  return builder.endObject();
}

function offsets(builder, values) {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addOffset(value);
  return builder.endVector();
}

function integers(builder, values) {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addInt32(value);
  return builder.endVector();
}

function bytes(builder, floats) {
  builder.startVector(1, floats.byteLength, ALIGNMENT);
  builder.space -= floats.byteLength;
  builder.bb.setPosition(builder.space);
  builder.bb.bytes().set(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength), builder.space);
  return builder.endVector();
}

/**
 * @param tensors `{ name, dims, floats }`; `floats` only for weights. The first is the input, the last the output
 * @param operators `{ code, inputs, output, relu }`: tensors by index; all have the same code
 */
function model(tensors, operators) {
  const size = tensors.reduce((sum, { floats }) => sum + (floats?.byteLength ?? 0), 0);
  const builder = new Builder(size + 4096);
  const reference = (value) => (field) => builder.addFieldOffset(field, value, 0);
  const integer = (value) => (field) => builder.addFieldInt32(field, value, 0);
  const byte = (value) => (field) => builder.addFieldInt8(field, value, 0);

  // Buffer 0 is empty, for tensors that the runtime allocates.
  const buffers = [table(builder, {})];
  const tensorTables = tensors.map(({ name, dims, floats }) => {
    let buffer = 0;
    if (floats !== undefined) {
      const data = bytes(builder, floats);
      buffer = buffers.push(table(builder, { 0: reference(data) })) - 1;
    }
    const [shape, text] = [integers(builder, dims), builder.createString(name)];
    return table(builder, { 0: reference(shape), 2: integer(buffer), 3: reference(text) });
  });
  const operatorTables = operators.map(({ inputs, output, relu, code }) => {
    const [from, to] = [integers(builder, inputs), integers(builder, [output])];
    if (code !== FULLY_CONNECTED) return table(builder, { 1: reference(from), 2: reference(to) });
    const options = table(builder, { 0: byte(relu ? FUSED_RELU : 0) });
    return table(builder, {
      1: reference(from),
      2: reference(to),
      3: byte(FULLY_CONNECTED_OPTIONS),
      4: reference(options),
    });
  });
  const [{ code }] = operators;
  const codes = offsets(builder, [table(builder, { 0: byte(code), 2: integer(1), 3: integer(code) })]);
  const parts = {
    0: offsets(builder, tensorTables),
    1: integers(builder, [0]),
    2: integers(builder, [tensors.length - 1]),
    3: offsets(builder, operatorTables),
  };
  const graph = table(
    builder,
    Object.fromEntries(Object.entries(parts).map(([field, part]) => [field, reference(part)])),
  );
  const [graphs, allBuffers] = [offsets(builder, [graph]), offsets(builder, buffers)];
  const version = integer(3);
  const root = table(builder, { 0: version, 1: reference(codes), 2: reference(graphs), 4: reference(allBuffers) });
  builder.finish(root, 'TFL3');
  return builder.asUint8Array();
}

/**
 * y = relu(x · wᵀ + b) once for each layer, without the relu where `relu` is false.
 * @param layers `{ depth, columns, weight: Float32Array [columns, depth], bias: Float32Array [columns], relu }`
 */
export function linearModel(rows, layers) {
  const tensors = [{ name: 'x', dims: [rows, layers[0].depth] }];
  const operators = [];
  for (const [i, { depth, columns, weight, bias, relu }] of layers.entries()) {
    const from = tensors.length - 1;
    tensors.push({ name: `w${i}`, dims: [columns, depth], floats: weight });
    tensors.push({ name: `b${i}`, dims: [columns], floats: bias });
    tensors.push({ name: `y${i}`, dims: [rows, columns] });
    operators.push({ code: FULLY_CONNECTED, inputs: [from, from + 1, from + 2], output: from + 3, relu });
  }
  return model(tensors, operators);
}

/** y = relu(x) */
export function reluModel(length) {
  const tensors = [
    { name: 'x', dims: [length] },
    { name: 'y', dims: [length] },
  ];
  return model(tensors, [{ code: RELU, inputs: [0], output: 1 }]);
}
