/** @file A GPT that writes stories, in ONNX Runtime, steered from gloomy to glad while it writes. */
import { select } from 'layertap';
import { type EditHandle, registerEdit } from 'layertap/adapter';
import { createOnnx, type OnnxModel } from 'layertap/adapters/onnx';
import type * as Ort from 'onnxruntime-web';

/** What the script that trained the model says of it. */
export interface AboutWriter {
  /** Words, with the space before them, and marks. */
  readonly tokens: readonly string[];
  /** The first token. */
  readonly prompt: string;
  readonly temperature: number;
  /** Tokens that are less probable than this part of the most probable one are not chosen. */
  readonly least: number;
  readonly heads: number;
  /** The number of the block that is steered. */
  readonly steered: number;
  /** By block: the middle between the mean outputs in glad and in gloomy stories. */
  readonly middles: readonly (readonly number[])[];
  /** By block: from there to the mean in glad stories. */
  readonly directions: readonly (readonly number[])[];
}

/** A token, and where the block's outputs that it follows from are on the way from gloomy, -1, to glad, 1. */
export interface Written {
  readonly token: string;
  readonly moods: readonly number[];
}

/** @param bytes the .onnx file: one step, with a cache of keys and values */
export async function openWriter(ort: typeof Ort, bytes: Uint8Array, about: AboutWriter): Promise<Writer> {
  return new Writer(ort, await createOnnx(ort, bytes), about);
}

export class Writer {
  readonly #ort: typeof Ort;
  readonly #about: AboutWriter;
  readonly net: OnnxModel<Ort.Tensor>;
  readonly #steer: EditHandle;
  readonly #moods: number[] = [];

  constructor(ort: typeof Ort, net: OnnxModel<Ort.Tensor>, about: AboutWriter) {
    this.#ort = ort;
    this.#about = about;
    this.net = net;
    // #region steer
    const block = net.getSubmodule(`blocks.${about.steered}`);
    this.#steer = registerEdit(block, { add: this.#towardsGlad(0) });
    // #endregion steer
    // #region observe
    [...select(net, 'blocks.?')].forEach(([, block], i) => {
      block.observe(({ output }) => {
        const values = output.data as Float32Array;
        this.#moods[i] = projection(values, about.middles[i]!, about.directions[i]!);
      });
    });
    // #endregion observe
  }

  // #region slider
  /** Counts from the next token on. At 1 it moves the output as far as from the middle to glad. */
  steer(strength: number): void {
    this.#steer.set(this.#towardsGlad(strength));
  }
  // #endregion slider

  #towardsGlad(strength: number): Float32Array {
    const { directions, steered } = this.#about;
    return Float32Array.from(directions[steered]!, (value) => strength * value);
  }

  // #region write
  /** Writes for ever. The same seed gives the same text. */
  async *write(seed: number): AsyncGenerator<Written, never> {
    const { tokens, prompt } = this.#about;
    const random = generator(seed);
    let token = prompt;
    let cache = this.#emptyCache();
    for (;;) {
      const { logits, ...present } = await this.net({ ids: this.#idOf(token), ...cache });
      token = tokens[sample(logits!.data as Float32Array, this.#about, random())]!;
      yield { token, moods: [...this.#moods] };
      cache = Object.fromEntries(
        Object.entries(present).map(([name, kept]) => [name.replace('present', 'past'), kept]),
      );
    }
  }
  // #endregion write

  #idOf(token: string): Ort.Tensor {
    return new this.#ort.Tensor('int64', [BigInt(this.#about.tokens.indexOf(token))], [1, 1]);
  }

  /** Keys and values of no tokens, by block. */
  #emptyCache(): Record<string, Ort.Tensor> {
    const { heads, directions } = this.#about;
    const names = directions.flatMap((_, block) => [`past.${block}.key`, `past.${block}.value`]);
    const dims = [1, heads, 0, directions[0]!.length / heads];
    return Object.fromEntries(names.map((name) => [name, new this.#ort.Tensor('float32', new Float32Array(), dims)]));
  }
}

/** Where an output is: 0 at `middle`, 1 at `middle + direction`. */
function projection(output: Float32Array, middle: readonly number[], direction: readonly number[]): number {
  let [along, length] = [0, 0];
  for (const [i, component] of direction.entries()) {
    along += (output[i]! - middle[i]!) * component;
    length += component * component;
  }
  return along / length;
}

/** @returns an index, each with the probability of softmax, but for those below `least`. @param random from 0 to 1 */
function sample(logits: Float32Array, { temperature, least }: AboutWriter, random: number): number {
  const largest = Math.max(...logits);
  const weights = Array.from(logits, (logit) => {
    const weight = Math.exp((logit - largest) / temperature);
    return weight < least ? 0 : weight;
  });
  const end = random * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const chosen = weights.findIndex((weight) => {
    sum += weight;
    return sum > end;
  });
  return chosen === -1 ? logits.length - 1 : chosen;
}

/** Numbers from 0 to 1, from 32 bits, with the constants of Numerical Recipes. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
