// Writes ONNX models: a chain of Gemm nodes, each followed by a Relu or not, weights inside; or one Relu.
// Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
import { PbfWriter } from 'pbf';

const FLOAT = 1;
const INT = 2;

const bytesOf = (floats) => new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);

function writeTensor({ name, dims, floats }, pbf) {
  for (const size of dims) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, FLOAT);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, bytesOf(floats));
}

function writeNode({ type, inputs, output, transB }, pbf) {
  for (const input of inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, output);
  pbf.writeStringField(4, type);
  if (transB !== undefined) {
    pbf.writeMessage(
      5,
      (value, attribute) => {
        attribute.writeStringField(1, 'transB');
        attribute.writeVarintField(3, value);
        attribute.writeVarintField(20, INT);
      },
      transB,
    );
  }
}

function writeValue({ name, dims }, pbf) {
  pbf.writeStringField(1, name);
  const writeDimension = (size, dimension) => dimension.writeVarintField(1, size);
  const writeShape = (_, shape) => {
    for (const size of dims) shape.writeMessage(1, writeDimension, size);
  };
  const writeTensorType = (_, type) => {
    type.writeVarintField(1, FLOAT);
    type.writeMessage(2, writeShape, null);
  };
  pbf.writeMessage(2, (_, type) => type.writeMessage(1, writeTensorType, null), null);
}

/** @returns the bytes of a model with one input, `x`, and one output, `y` */
function model({ nodes, initializers, input, output }) {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 8);
  pbf.writeMessage(
    7,
    (_, graph) => {
      for (const node of nodes) graph.writeMessage(1, writeNode, node);
      graph.writeStringField(2, 'bench');
      for (const initializer of initializers) graph.writeMessage(5, writeTensor, initializer);
      graph.writeMessage(11, writeValue, { name: 'x', dims: input });
      graph.writeMessage(12, writeValue, { name: 'y', dims: output });
    },
    null,
  );
  pbf.writeMessage(8, (version, opset) => opset.writeVarintField(2, version), 17);
  return pbf.finish();
}

/**
 * y = relu(x · wᵀ + b) once for each layer, without the relu where `relu` is false.
 * @param layers `{ depth, columns, weight: Float32Array [columns, depth], bias: Float32Array [columns], relu }`
 */
export function linearModel(rows, layers) {
  const nodes = [];
  const initializers = [];
  let from = 'x';
  for (const [i, { depth, columns, weight, bias, relu }] of layers.entries()) {
    const last = i === layers.length - 1;
    const sum = relu ? `sum${i}` : last ? 'y' : `out${i}`;
    initializers.push({ name: `w${i}`, dims: [columns, depth], floats: weight });
    initializers.push({ name: `b${i}`, dims: [columns], floats: bias });
    nodes.push({ type: 'Gemm', inputs: [from, `w${i}`, `b${i}`], output: sum, transB: 1 });
    from = sum;
    if (relu) {
      from = last ? 'y' : `out${i}`;
      nodes.push({ type: 'Relu', inputs: [sum], output: from });
    }
  }
  const [first, last] = [layers[0], layers.at(-1)];
  return model({ nodes, initializers, input: [rows, first.depth], output: [rows, last.columns] });
}

/** y = relu(x) */
export function reluModel(length) {
  const nodes = [{ type: 'Relu', inputs: ['x'], output: 'y' }];
  return model({ nodes, initializers: [], input: [length], output: [length] });
}
