/**
 * @file Encodes the messages of TensorBoard's graph page.
 *
 * Sources: graph.proto, node_def.proto, attr_value.proto and step_stats.proto in tensorboard/compat/proto; how PyTorch
 * fills them: `graph` in torch/utils/tensorboard/_pytorch_graph.py and _proto_graph.py.
 */
import { PbfWriter } from 'pbf';
import { writeShape } from '../format/event.ts';
import { writeText } from '../format/fields.ts';

/** A box of the graph. */
export interface GraphNode {
  /** With '/' between the modules that contain it. */
  readonly name: string;
  /** The module's class; or `IO Node`, or `forward`: what a module computes itself, outside its children. */
  readonly op: string;
  /** Names of nodes; with '^' in front if they are only known to have come before. */
  readonly inputs: readonly string[];
  /** The shape of each output that is a tensor. */
  readonly shapes: readonly (readonly number[])[];
  /** The module's repr. */
  readonly repr?: string;
}

/** The graph version that PyTorch writes. */
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

/** A map entry: the key and an `AttrValue`. */
function writeAttribute({ key, write }: { key: string; write: (pbf: PbfWriter) => void }, pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeMessage(2, (value, into) => value(into), write);
}

/** An `AttrValue.ListValue` of shapes. */
function writeShapes(shapes: readonly (readonly number[])[], pbf: PbfWriter): void {
  for (const shape of shapes) pbf.writeMessage(7, writeShape, shape);
}

/** An encoded `RunMetadata` that names a CPU. PyTorch writes the same on every device. */
export function encodeRunMetadata(): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    1,
    (_, stats) => stats.writeMessage(1, (device, into) => into.writeStringField(1, device), '/device:CPU:0'),
    null,
  );
  return pbf.finish();
}
