// Graphs for the tests, in TensorFlow's format.
import * as tf from '@tensorflow/tfjs';

type Attributes = Record<string, unknown>;
type GraphNode = { name: string; op: string; input?: string[]; attr?: Attributes };

const FLOAT = { type: 'DT_FLOAT' };
const shape = (...sizes: number[]) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } });

/** An int32 weight. */
interface Weight {
  name: string;
  shape: number[];
  values: number[];
}

export function artifacts(
  nodes: GraphNode[],
  outputs: string[],
  weights: Weight[] = [],
  { signature: signed = true }: { signature?: boolean } = {},
): tf.io.ModelArtifacts {
  const signature = {
    inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT' } },
    outputs: Object.fromEntries(outputs.map((name) => [name, { name, dtype: 'DT_FLOAT' }])),
  };
  return {
    format: 'graph-model',
    generatedBy: 'test',
    modelTopology: { node: nodes, versions: { producer: 1 } },
    weightSpecs: weights.map(({ name, shape }) => ({ name, shape, dtype: 'int32' })),
    weightData: Int32Array.from(weights.flatMap(({ values }) => values)).buffer,
    ...(signed && { signature }),
  };
}

export function graph(...parts: Parameters<typeof artifacts>): tf.GraphModel {
  return tf.loadGraphModelSync(artifacts(...parts) as never) as unknown as tf.GraphModel;
}

export const input = (...sizes: number[]): GraphNode => ({
  name: 'x',
  op: 'Placeholder',
  attr: { dtype: FLOAT, ...shape(...sizes) },
});

export const op = (name: string, kind: string, ...from: string[]): GraphNode => ({
  name,
  op: kind,
  input: from,
  attr: { T: FLOAT },
});

let count = 0;

/** x → node → out; `node` runs a function of the test. */
export function passThroughParts(run: (x: tf.Tensor) => tf.Tensor): Parameters<typeof artifacts> {
  const kind = `Test${count++}`;
  tf.registerOp(kind, ({ inputs }) => run(inputs[0]!));
  return [[input(-1), op('node', kind, 'x'), op('out', 'Identity', 'node')], ['out']];
}

export const passThroughGraph = (run: (x: tf.Tensor) => tf.Tensor): tf.GraphModel => graph(...passThroughParts(run));

export const constant = (name: string, values: number[], scalar = false): GraphNode => ({
  name,
  op: 'Const',
  attr: {
    dtype: { type: 'DT_INT32' },
    value: {
      tensor: {
        dtype: 'DT_INT32',
        tensorShape: { dim: scalar ? [] : [{ size: String(values.length) }] },
      },
    },
  },
});

/** x → top → out; of the two outputs of top only the first is used: the values, and not their indices. */
export function topParts(): Parameters<typeof artifacts> {
  const top = { ...op('top', 'TopKV2', 'x', 'k'), attr: { T: FLOAT, sorted: { b: true } } };
  return [
    [input(-1), constant('k', [2], true), top, op('out', 'Neg', 'top')],
    ['out'],
    [{ name: 'k', shape: [], values: [2] }],
  ];
}

/** x → relu → square → sum; relu is used twice; split has two outputs. */
export function branchingParts(): Parameters<typeof artifacts> {
  const split = op('split', 'SplitV', 'square', 'sizes', 'axis');
  return [
    [
      input(-1),
      constant('sizes', [1, 1]),
      constant('axis', [0], true),
      op('relu', 'Relu', 'x'),
      op('square', 'Square', 'relu'),
      { ...split, attr: { ...split.attr, num_split: { i: '2' }, T: { type: 'DT_FLOAT' } } },
      op('difference', 'Sub', 'split:1', 'split'),
      op('twice', 'AddV2', 'relu', 'relu'),
      op('end', 'AddV2', 'twice', 'difference'),
    ],
    ['end'],
    [
      { name: 'sizes', shape: [2], values: [1, 1] },
      { name: 'axis', shape: [], values: [0] },
    ],
  ];
}
