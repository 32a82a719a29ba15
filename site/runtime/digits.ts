// The network of examples/digits, which reads one handwritten digit after the other: on the first page, and in the sandbox of
// the block below it.
import { select, Tensor } from 'layertap';
import { readSafetensors } from 'layertap/safetensors';
import { Digits } from '../../examples/digits/network.ts';

/** Milliseconds between two digits. */
const PAUSE = 400;

/** A digit, and what the network says. */
export interface Reading {
  /** 8x8, from 0 to 1. */
  readonly pixels: Float32Array;
  readonly label: number;
  /** What each layer put out, by its path, behind all hooks. The last gives a score for each of the ten digits. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** The step that comes next. */
  readonly step: number;
}

export interface DigitsNetwork {
  readonly net: Digits;
  /**
   * Reads digits until the returned function is called.
   * @param step of the first
   */
  begin(step: number, send: (message: object) => void): () => void;
}

/** @param read gives the bytes of a file */
export async function loadDigits(read: (name: string) => Promise<ArrayBuffer>): Promise<DigitsNetwork> {
  const [weights, samples] = (
    await Promise.all([read('digits-weights.safetensors'), read('digits-samples.safetensors')])
  ).map((bytes) => readSafetensors(bytes));
  const net = new Digits();
  net.loadStateDict(weights!);
  const images = samples!.get('images')!.data as Float32Array;
  const labels = samples!.get('labels')!.data as Float32Array;
  return {
    net,
    begin(step, send) {
      const outputs: Record<string, Float32Array> = {};
      const seen = select(net, 'fc*').observe(({ path, output }) => {
        outputs[path] = Float32Array.from((output as Tensor).data);
      });
      const readNext = () => {
        const at = step % labels.length;
        const pixels = images.slice(64 * at, 64 * (at + 1));
        net(new Tensor(pixels, [1, 64]));
        step++;
        send({ reading: { pixels, label: labels[at]!, outputs: { ...outputs }, step } satisfies Reading });
      };
      const end = () => {
        clearInterval(timer);
        seen.remove();
      };
      const timer = setInterval(() => {
        try {
          readNext();
        } catch (error) {
          end();
          throw error;
        }
      }, PAUSE);
      readNext();
      return end;
    },
  };
}
