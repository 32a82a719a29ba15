// Graphs for the tests, written as TensorFlow writes them.
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

export function graph(
  nodes: GraphNode[],
  outputs: string[],
  weights: Weight[] = [],
  { signature: signed = true }: { signature?: boolean } = {},
): tf.GraphModel {
  const signature = {
    inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT' } },
    outputs: Object.fromEntries(outputs.map((name) => [name, { name, dtype: 'DT_FLOAT' }])),
  };
  return tf.loadGraphModelSync({
    format: 'graph-model',
    generatedBy: 'test',
    modelTopology: { node: nodes, versions: { producer: 1 } },
    weightSpecs: weights.map(({ name, shape }) => ({ name, shape, dtype: 'int32' })),
    weightData: Int32Array.from(weights.flatMap(({ values }) => values)).buffer,
    ...(signed && { signature }),
  } as never) as unknown as tf.GraphModel;
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

/** x → node → out, where `node` computes what the test says. */
export function passThroughGraph(run: (x: tf.Tensor) => tf.Tensor): tf.GraphModel {
  const kind = `Test${count++}`;
  tf.registerOp(kind, ({ inputs }) => run(inputs[0]!));
  return graph([input(-1), op('node', kind, 'x'), op('out', 'Identity', 'node')], ['out']);
}
