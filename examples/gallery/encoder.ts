/** @file An encoder that copies, reverses or sorts letters, in ONNX Runtime, with its attention. */
import { type Handle, select } from 'layertap';
import { type EditHandle, registerEdit } from 'layertap/adapter';
import { createOnnx, type OnnxModel } from 'layertap/adapters/onnx';
import { mountActivation } from 'layertap/viewer';
import type * as Ort from 'onnxruntime-web';

/** What the script that trained the model says of it. */
export interface AboutEncoder {
  readonly tokens: readonly string[];
  readonly tasks: readonly string[];
  readonly heads: number;
  readonly layers: number;
  /** The letters of the longest word. */
  readonly longest: number;
}

/** @param bytes the .onnx file, which gives the scores alone */
export async function openEncoder(ort: typeof Ort, bytes: Uint8Array, about: AboutEncoder): Promise<Encoder> {
  return new Encoder(ort, await createOnnx(ort, bytes), about);
}

export class Encoder {
  readonly #ort: typeof Ort;
  readonly #about: AboutEncoder;
  readonly net: OnnxModel<Ort.Tensor>;
  readonly #switches: readonly EditHandle[];
  /** The tokens of the last run. */
  #labels: readonly string[] = [];

  constructor(ort: typeof Ort, net: OnnxModel<Ort.Tensor>, about: AboutEncoder) {
    this.#ort = ort;
    this.#about = about;
    this.net = net;
    // #region change
    const attention = select(net, 'layers.*.attention.softmax'); // [1, heads, queries, keys]
    this.#switches = [...attention].map(([, softmax]) => {
      return registerEdit(softmax, { ablate: [], axis: 1 });
    });
    // #endregion change
  }

  /** Switches off heads of a layer, for the runs that start from now on. */
  switchOff(layer: number, heads: readonly number[]): void {
    this.#switches[layer]!.set(heads);
  }

  /** @returns the letters that the model answers, and their scores `[1, letters, tokens]` */
  async answer(task: string, word: string): Promise<{ answer: string; scores: Ort.Tensor }> {
    const { tokens, tasks } = this.#about;
    this.#labels = [task, ...word];
    const ids = this.#labels.map((token) => BigInt(tokens.indexOf(token)));
    const { scores } = await this.net({ ids: new this.#ort.Tensor('int64', ids, [1, ids.length]) });
    const letters = Array.from(word, (_, i) => {
      const row = (scores!.data as Float32Array).subarray(i * tokens.length + tasks.length, (i + 1) * tokens.length);
      return tokens[tasks.length + row.indexOf(Math.max(...row))]!;
    });
    return { answer: letters.join(''), scores: scores! };
  }

  /** Shows what each head attends to. @param places an element for each layer */
  show(places: readonly Element[]): readonly Handle[] {
    const { net } = this;
    const labels = () => this.#labels;
    // #region show
    return places.map((place, layer) =>
      mountActivation(place, net.getSubmodule(`layers.${layer}.attention.softmax`), {
        layout: 'heads',
        labels,
        range: 1,
      }),
    );
    // #endregion show
  }
}
