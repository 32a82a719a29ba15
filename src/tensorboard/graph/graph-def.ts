/**
 * @file The messages of TensorBoard's graph page.
 *
 * Sources: graph.proto, node_def.proto, attr_value.proto and step_stats.proto in tensorboard/compat/proto; what PyTorch
 * puts into them: `graph` in torch/utils/tensorboard/_pytorch_graph.py and _proto_graph.py.
 */
import { PbfWriter } from 'pbf';
import { writeShape } from '../format/event.ts';
import { writeText } from '../format/fields.ts';
import type { GraphNode } from './trace.ts';

/** The version of TensorFlow's graphs that PyTorch's writer names. */
const PRODUCER = 22;

/** An encoded `GraphDef`. */
export function encodeGraph(nodes: readonly GraphNode[]): Uint8Array {
  const pbf = new PbfWriter();
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeMessage(4, (producer, into) => into.writeVarintField(1, producer), PRODUCER);
  return pbf.finish();
}

function writeNode({ name, op, inputs, shapes, repr }: GraphNode, pbf: PbfWriter): void {
  writeText(pbf, 1, name);
  writeText(pbf, 2, op);
  for (const input of inputs) pbf.writeStringField(3, input);
  if (shapes.length > 0) {
    pbf.writeMessage(5, writeAttribute, {
      key: '_output_shapes',
      write: (into) => into.writeMessage(1, writeShapes, shapes),
    });
  }
  if (repr !== undefined) {
    pbf.writeMessage(5, writeAttribute, { key: 'attr', write: (into) => into.writeStringField(2, repr) });
  }
}

/** An entry of a map: the key, and an `AttrValue`. */
function writeAttribute({ key, write }: { key: string; write: (pbf: PbfWriter) => void }, pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeMessage(2, (value, into) => value(into), write);
}

/** An `AttrValue.ListValue` of shapes. */
function writeShapes(shapes: readonly (readonly number[])[], pbf: PbfWriter): void {
  for (const shape of shapes) pbf.writeMessage(7, writeShape, shape);
}

/** An encoded `RunMetadata`: that it ran on a CPU. PyTorch writes the same, wherever it ran. */
export function encodeRunMetadata(): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    1,
    (_, stats) => stats.writeMessage(1, (device, into) => into.writeStringField(1, device), '/device:CPU:0'),
    null,
  );
  return pbf.finish();
}
