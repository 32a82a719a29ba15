/**
 * @file Declaring values inside If, Loop and Scan: what is computed there becomes a further output of the node around it, and
 * so on up to the main graph. A Loop or Scan stacks the values of its iterations. Of an If both branches need an output; that
 * of the other branch is empty.
 */
import { aroundOf, BFLOAT16, FLOAT, INT64, type Region } from './graph.ts';
import type { ModelPatch } from './model-patch.ts';
import type { ValueTypes } from './value-types.ts';
import { constantNode, integerAttribute, messageField, node, textField } from './write-message.ts';

/** A value inside a node, or a constant there that counts how often the body runs. */
interface Carried {
  readonly region: Region;
  readonly value: string | undefined;
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
   * @param value undefined: a constant
   * @param typedBy a value of the same type that is in the file
   * @returns the name of the session's output
   */
  add(region: Region, value: string | undefined, typedBy = ''): string {
    const key = `${region.id} ${value ?? ''}`;
    const known = this.#carried.get(key);
    if (known !== undefined) return known.output;
    const output = `${this.#prefix}.out${this.#carried.size}`;
    this.#carried.set(key, { region, value, typedBy, output });
    return output;
  }

  /** The output of a value, if it is declared. */
  output(region: Region, value: string): string | undefined {
    return this.#carried.get(`${region.id} ${value}`)?.output;
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
    return [...this.#carried.values()].flatMap(({ region, value, typedBy }) =>
      value !== undefined && aroundOf(region).some((around) => around.node.op === 'If')
        ? { region, value: typedBy }
        : [],
    );
  }

  /** Adds the outputs to a model. */
  write(patch: ModelPatch, types: ValueTypes): void {
    for (const { region, value, typedBy, output } of this.#carried.values()) {
      const type = value === undefined ? INT64 : types.of(region, typedBy);
      const isWidened = type === BFLOAT16;
      const around = aroundOf(region);
      let from = value;
      for (const [depth, { region: outer, node: control }] of around.entries()) {
        const inner = depth === 0 ? region : around[depth - 1]!.region;
        const isLast = depth === around.length - 1;
        const to = isLast ? output : `${output}.${depth}`;
        const given = `${to}.body`;
        const { fields } = patch.of(inner);
        if (from === undefined) fields.push(...constantNode(given, INT64, [], BigInt64Array.of(1n)));
        else if (isWidened && depth === 0) fields.push(...node('Cast', [from], given, integerAttribute('to', FLOAT)));
        else fields.push(...node('Identity', [from], given));
        fields.push(...messageField(12, textField(1, given)));
        if (control.op === 'If') {
          const other = patch.sibling(inner);
          const empty = `${to}.none`;
          other.fields.push(...constantNode(empty, isWidened ? FLOAT : type, [0], new Uint8Array(0)));
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
