/** @file layertap's own network that reads digits, with a picture of each layer. */
import { type Handle, Tensor } from 'layertap';
import { readSafetensors } from 'layertap/safetensors';
import { mountActivation } from 'layertap/viewer';
import { Digits } from '../digits/network.ts';

/** @param weights the bytes of a .safetensors file */
export function openDigits(weights: ArrayBuffer): DigitsDemo {
  const net = new Digits();
  net.loadStateDict(readSafetensors(weights));
  return new DigitsDemo(net);
}

export class DigitsDemo {
  readonly #net: Digits;
  /** What the outputs of fc2 are multiplied by. */
  factor = 1;

  constructor(net: Digits) {
    this.#net = net;
    // #region change
    net.fc2.registerForwardHook((_layer, _inputs, output) => output.mul(this.factor));
    // #endregion change
  }

  /** @returns the scores of the ten digits, for 8 by 8 pixels from 0 to 1 */
  read(pixels: Float32Array): number[] {
    return [...this.#net(new Tensor(pixels, [1, 64])).data];
  }

  /** Shows the last output of each layer. @param places elements, by layer */
  show(places: Readonly<Record<'fc1' | 'fc2' | 'fc3', Element>>): readonly Handle[] {
    const net = this.#net;
    // #region show
    return [
      mountActivation(places.fc1, net.fc1),
      mountActivation(places.fc2, net.fc2),
      mountActivation(places.fc3, net.fc3, { labels: [...'0123456789'] }),
    ];
    // #endregion show
  }
}
