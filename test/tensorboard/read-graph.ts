/** @file A reader of GraphDefs for the tests, which shares no code with the writer. */
import { PbfReader } from 'pbf';

export interface ReadNode {
  name: string;
  op: string;
  inputs: string[];
  shapes: number[][];
  repr?: string;
}

export function readGraph(bytes: Uint8Array): { nodes: ReadNode[]; producer: number } {
  return new PbfReader(bytes).readFields(
    (field, graph, pbf) => {
      if (field === 1) graph.nodes.push(pbf.readMessage(readNode, { name: '', op: '', inputs: [], shapes: [] }));
      else if (field === 4) pbf.readMessage((_, into) => (into.producer = pbf.readVarint()), graph);
    },
    { nodes: [] as ReadNode[], producer: 0 },
  );
}

function readNode(field: number, node: ReadNode, pbf: PbfReader): void {
  if (field === 1) node.name = pbf.readString();
  else if (field === 2) node.op = pbf.readString();
  else if (field === 3) node.inputs.push(pbf.readString());
  else if (field === 5) pbf.readMessage(readAttribute, node);
}

/** An entry of the map: key and AttrValue. */
function readAttribute(field: number, node: ReadNode, pbf: PbfReader): void {
  if (field === 1) pbf.readString();
  else pbf.readMessage(readAttrValue, node);
}

function readAttrValue(field: number, node: ReadNode, pbf: PbfReader): void {
  if (field === 1) pbf.readMessage((_, into) => into.shapes.push(pbf.readMessage(readShape, [])), node);
  else if (field === 2) node.repr = pbf.readString();
}

function readShape(_: number, shape: number[], pbf: PbfReader): void {
  pbf.readMessage((_field, sizes) => sizes.push(pbf.readVarint(true)), shape);
}
