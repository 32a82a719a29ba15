/**
 * @file Declaring values inside If, Loop and Scan: what is computed there becomes a further output of the node around it, and
 * so on up to the main graph. A Loop or Scan stacks the values of its iterations. Of an If both branches need an output; that
 * of the other branch is empty. A Scan has to know the rank of what it stacks, which the file may not say: values inside
 * one are stacked flat, and their shapes beside them.
 */
import { aroundOf, BFLOAT16, FLOAT, INT64, type Region } from './graph.ts';
import type { ModelPatch } from './model-patch.ts';
import type { ValueTypes } from './value-types.ts';
import { constantNode, integerAttribute, messageField, node, textField } from './write-message.ts';

interface Carried {
  readonly region: Region;
  /** A constant, of which there is one for each iteration; or what is carried out of a value. */
  readonly what: 'constant' | 'value' | 'flat' | 'shape';
  readonly value: string;
  /** A value of the same type that is in the file. */
  readonly typedBy: string;
  readonly output: string;
}

export class BodyOutputs {
  readonly #prefix: string;
  readonly #carried = new Map<string, Carried>();

  /** @param prefix no name in the model begins with it */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /**
   * Declares a value.
   * @param typedBy a value of the same type that is in the file
   * @returns the name of the session's output
   */
  add(region: Region, value: string, typedBy: string): string {
    const isFlat = aroundOf(region).some((around) => around.node.op === 'Scan');
    const output = this.#carry({ region, what: isFlat ? 'flat' : 'value', value, typedBy });
    if (isFlat) this.#carry({ region, what: 'shape', value, typedBy }, shapeOf(output));
    return output;
  }

  /** Declares a constant in a body, whose output tells how often the body runs. */
  addConstant(region: Region): string {
    return this.#carry({ region, what: 'constant', value: '', typedBy: '' });
  }

  #carry(one: Omit<Carried, 'output'>, output: string = `${this.#prefix}out${this.#carried.size}`): string {
    const key = one.what === 'shape' ? output : keyOf(one.region, one.value);
    const known = this.#carried.get(key);
    if (known === undefined) this.#carried.set(key, { ...one, output });
    return known?.output ?? output;
  }

  /** The output of a value, if it is declared. */
  output(region: Region, value: string): string | undefined {
    return this.#carried.get(keyOf(region, value))?.output;
  }

  get names(): string[] {
    return [...this.#carried.values()].map(({ output }) => output);
  }

  /** The outputs of a region and of those inside it. */
  inside(id: number): string[] {
    const isInside = (region: Region | undefined): boolean =>
      region !== undefined && (region.id === id || isInside(region.around?.region));
    return [...this.#carried.values()].filter(({ region }) => isInside(region)).map(({ output }) => output);
  }

  /** Equal for the same values. */
  get key(): unknown {
    return [...this.#carried.keys()];
  }

  /** Values whose types have to be known: the branches of an If have to give the same. */
  get typed(): { readonly region: Region; readonly value: string }[] {
    return [...this.#carried.values()].flatMap(({ region, what, typedBy }) =>
      (what === 'value' || what === 'flat') && aroundOf(region).some((around) => around.node.op === 'If')
        ? { region, value: typedBy }
        : [],
    );
  }

  /** Adds the outputs to a model. */
  write(patch: ModelPatch, types: ValueTypes): void {
    for (const { region, what, value, typedBy, output } of this.#carried.values()) {
      const own = what === 'value' || what === 'flat' ? types.of(region, typedBy) : INT64;
      const type = own === BFLOAT16 ? FLOAT : own;
      const around = aroundOf(region);
      let from = value;
      for (const [depth, { region: outer, node: control }] of around.entries()) {
        const inner = depth === 0 ? region : around[depth - 1]!.region;
        const isLast = depth === around.length - 1;
        const to = isLast ? output : `${output}.${depth}`;
        const given = `${to}.body`;
        const { fields } = patch.of(inner);
        if (depth > 0) fields.push(...node('Identity', [from], given));
        else if (what === 'constant') fields.push(...constantNode(given, INT64, [], BigInt64Array.of(1n)));
        else if (what === 'shape') fields.push(...node('Shape', [from], given));
        else {
          if (own === BFLOAT16) {
            fields.push(...node('Cast', [from], `${given}.wide`, integerAttribute('to', FLOAT)));
            from = `${given}.wide`;
          }
          if (what === 'flat') {
            fields.push(...constantNode(`${given}.size`, INT64, [1], BigInt64Array.of(-1n)));
            fields.push(...node('Reshape', [from, `${given}.size`], given));
          } else fields.push(...node('Identity', [from], given));
        }
        fields.push(...messageField(12, textField(1, given)));
        if (control.op === 'If') {
          const other = patch.sibling(inner);
          const empty = `${to}.none`;
          other.fields.push(...constantNode(empty, type, [0], new Uint8Array(0)));
          other.fields.push(...messageField(12, textField(1, empty)));
        }
        const { outputs } = patch.of(outer);
        outputs.set(control.index, [...(outputs.get(control.index) ?? []), to]);
        from = to;
      }
      patch.main.fields.push(...messageField(12, textField(1, output)));
    }
  }
}

const keyOf = ({ id }: Region, value: string) => `${id} ${value}`;

/** The output with the shapes of what another has flat. */
export const shapeOf = (output: string): string => `${output}.shape`;
