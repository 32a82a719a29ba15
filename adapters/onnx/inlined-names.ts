/** @file The values of bodies under names of the main graph, for nodes that are put there. */
import type { FieldReader } from '../../src/adapter.ts';
import type { Region } from './graph.ts';
import { type Chunks, mapFields, messageField, textField } from './write-message.ts';

export class InlinedNames {
  readonly #prefix: string;
  /** By region. */
  readonly #names = new Map<Region, Map<string, string>>();

  /**
   * @param prefix no name in the model begins with it
   * @param bodies whose values get new names
   */
  constructor(prefix: string, bodies: Iterable<Region>) {
    this.#prefix = prefix;
    for (const region of bodies) {
      const { nodes, inputs, weights } = region.graph;
      const values = [...inputs.keys(), ...weights.keys(), ...nodes.flatMap(({ outputs }) => outputs)];
      this.#names.set(region, new Map(values.map((value) => [value, `${prefix}.${region.id}.${value}`])));
    }
  }

  /** The name of a value that the nodes of a region read or compute. */
  nameOf(region: Region, value: string): string {
    if (value === '') return '';
    for (let one: Region | undefined = region; one !== undefined; one = one.around?.region) {
      const name = this.#names.get(one)?.get(value);
      if (name !== undefined) return name;
    }
    return value;
  }

  /** A NodeProto with the new names, in its bodies too. */
  node(region: Region, message: FieldReader): Chunks {
    return mapFields(message, () => {
      if (message.number === 1 || message.number === 2) {
        return textField(message.number, this.nameOf(region, message.text()));
      }
      if (message.number === 3) return textField(3, `${this.#prefix}.${region.id}.${message.text()}`);
      if (message.number !== 5) return undefined;
      const attribute = message.message();
      const graphs = mapFields(attribute, () =>
        attribute.number === 6 || attribute.number === 11
          ? messageField(attribute.number, this.#body(region, attribute.message()))
          : undefined,
      );
      return messageField(5, graphs);
    });
  }

  /** A GraphProto inside a node, whose outputs may be values from outside. */
  #body(region: Region, graph: FieldReader): Chunks {
    return mapFields(graph, () => {
      if (graph.number === 1) return messageField(1, this.node(region, graph.message()));
      return graph.number === 12 ? messageField(12, this.renamed(region, graph.message(), 1)) : undefined;
    });
  }

  /** A message about a value, whose name is in one field. */
  renamed(region: Region, message: FieldReader, field: number): Chunks {
    return mapFields(message, () =>
      message.number === field ? textField(field, this.nameOf(region, message.text())) : undefined,
    );
  }
}
