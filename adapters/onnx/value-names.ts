/** @file Declaring: values of the graph as additional outputs of a session, under names that they can be fetched by. */
import { BFLOAT16, FLOAT, type Graph } from './graph.ts';
import { type Chunks, integerAttribute, messageField, node, textField } from './write-message.ts';

/** Where the values of a graph are found after a run. */
export class ValueNames {
  readonly #graph: Graph;
  /** Outputs of Dropout nodes, with the values that are read instead. */
  readonly #undropped = new Map<string, string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const { op, domain, inputs, outputs } of graph.nodes) {
      const [output = '', input = ''] = [outputs[0], inputs[0]];
      if (op !== 'Dropout' || domain !== '' || output === '' || graph.outputs.has(output)) continue;
      this.#undropped.set(output, this.source(input));
    }
  }

  /**
   * The value that is read for another: the input of a Dropout for its output. The runtime removes a Dropout in training
   * mode unless its output is fetched; then it would start to drop.
   */
  source(value: string): string {
    return this.#undropped.get(value) ?? value;
  }

  /** Whether a value is known in every run: an input or output of the model. */
  isKnown(value: string): boolean {
    return this.isInput(value) || this.#graph.outputs.has(this.source(value));
  }

  isInput(value: string): boolean {
    return this.#graph.inputs.has(this.source(value));
  }

  /** The name of the output that gives a value. The runtime's bindings have no bfloat16: it is widened in the graph. */
  output(value: string): string {
    const source = this.source(value);
    const isWidened = this.#graph.types.get(source) === BFLOAT16 && !this.isKnown(source);
    return isWidened ? `${source}.float32` : source;
  }

  /** Fields that add values to the outputs of the graph. An output needs no type: the runtime infers it. */
  outputFields(values: readonly string[]): Chunks {
    return values.flatMap((value) => {
      const output = this.output(value);
      const declared = messageField(12, textField(1, output));
      return output === value
        ? declared
        : [...node('Cast', [value], output, integerAttribute('to', FLOAT)), ...declared];
    });
  }
}
