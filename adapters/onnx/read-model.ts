/** @file An ONNX file as a graph in the order of computing; what is none is refused. */
import { describe, FieldReader, MalformedMessage } from '../../src/adapter.ts';
import { emptyGraph, type Graph, readGraph } from './graph.ts';
import { inOrder } from './order.ts';

/**
 * Reads the graph of a ModelProto. What it is given for bytes is not trusted.
 * @param where names the caller in messages
 * @throws TypeError that says what came, for what is no ONNX model or none that can be hooked
 */
export function readModel(where: string, bytes: Uint8Array): Graph {
  if (String.fromCharCode(...bytes.subarray(4, 8)) === 'ORTM') {
    throw refused(where, 'a file in the ORT format', 'an .onnx file: the ORT format has no graph that hooks can reach');
  }
  const graph = emptyGraph();
  let found = false;
  let functions = '';
  try {
    const field = new FieldReader(bytes);
    while (field.next()) {
      if (field.number === 7) {
        found = true;
        readGraph(field.message(), graph);
      } else if (field.number === 25) functions ||= nameOf(field.message());
    }
  } catch (error) {
    if (!(error instanceof MalformedMessage || error instanceof RangeError)) throw error;
    throw refused(where, `${beginning(bytes)}: ${error.message}`, 'an ONNX model, whole');
  }
  if (!found || graph.nodes.length === 0 || graph.outputs.size === 0) {
    throw refused(where, `${beginning(bytes)}: there is no graph in it`, 'an ONNX model');
  }
  if (functions !== '') {
    throw refused(
      where,
      `a model with functions of its own (${functions}), whose values no output can be made of`,
      'a model without: onnx.inliner.inline_local_functions(model) of Python puts them into the graph',
    );
  }
  return inOrder(where, graph);
}

function nameOf(field: FieldReader): string {
  let name = '';
  while (field.next()) if (field.number === 1) name = field.text();
  return name || 'one without a name';
}

/** What bytes are, as far as their first ones say: a page that says 404, a pointer of Git LFS. */
function beginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no bytes';
  const start = String.fromCharCode(...bytes.subarray(0, 24));
  const text = /^[\t\n\r -~]{8,}$/.test(start) ? `, which begin as ${describe(start)}` : '';
  return `${bytes.length} bytes${text}`;
}

function refused(where: string, came: string, expected: string): TypeError {
  return new TypeError(`${where}: the source cannot be read\n  came: ${came}\n  expected: ${expected}`);
}
