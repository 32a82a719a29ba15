/** @file How values of a graph come out of a run. */
import { BFLOAT16, type Graph } from './graph.ts';
import { type Chunks, integerField, messageField, textField } from './write-message.ts';

/** TensorProto.DataType.FLOAT, and AttributeProto.AttributeType.INT. */
const FLOAT = 1;
const INT = 2;

/**
 * The value that is read in the place of another. A Dropout of a model in training mode is taken out by the runtime, unless
 * its output is an output of the model: then it drops. Without it, its output is its input.
 */
export function sourcesOf(graph: Graph): (value: string) => string {
  const given = new Map<string, string>();
  for (const { op, domain, inputs, outputs } of graph.nodes) {
    const [output = '', input = ''] = [outputs[0], inputs[0]];
    if (op !== 'Dropout' || domain !== '' || output === '' || graph.outputs.has(output)) continue;
    given.set(output, given.get(input) ?? input);
  }
  return (value) => given.get(value) ?? value;
}

/** What the output is called that gives a value. The runtime's bindings have no bfloat16: it is widened in the graph. */
export const outputOf = (graph: Graph, value: string): string =>
  graph.types.get(value) === BFLOAT16 ? `${value}.float32` : value;

/**
 * Fields of a ModelProto that make values outputs, beside those that it has. An output without a type is enough: the runtime
 * knows what it comes to.
 */
export function outputFields(graph: Graph, values: readonly string[]): Chunks {
  return messageField(
    7,
    values.flatMap((value) => {
      const output = outputOf(graph, value);
      const declared = messageField(12, textField(1, output));
      return output === value ? declared : [...messageField(1, widening(value, output)), ...declared];
    }),
  );
}

/** A NodeProto: Cast to float32. */
const widening = (value: string, output: string): Chunks => [
  ...textField(1, value),
  ...textField(2, output),
  ...textField(4, 'Cast'),
  ...messageField(5, [...textField(1, 'to'), ...integerField(3, FLOAT), ...integerField(20, INT)]),
];
