// The network of examples/digits on the first page.
import { select, Tensor } from 'layertap';
import { readSafetensors } from 'layertap/safetensors';
import { mountViewer } from 'layertap/viewer';
import { Digits } from '../../examples/digits/network.ts';

interface Show {
  /** The address of the files beside this one. */
  readonly folder: string;
  readonly canvas: HTMLCanvasElement;
  readonly viewer: HTMLElement;
  /** What the outputs of fc2 are multiplied by. */
  readonly scale: () => number;
  /** Milliseconds between two digits. */
  readonly pause: number;
  onAnswer(text: string): void;
}

/** @returns a function that ends it */
export async function showDigits({ folder, canvas, viewer, scale, pause, onAnswer }: Show): Promise<() => void> {
  const read = async (name: string) => readSafetensors(await (await fetch(new URL(name, folder))).arrayBuffer());
  const [weights, samples] = await Promise.all([
    read('digits-weights.safetensors'),
    read('digits-samples.safetensors'),
  ]);
  const net = new Digits();
  net.loadStateDict(weights);
  net.fc2.registerForwardHook((_module, _inputs, output) => (scale() === 1 ? undefined : output.mul(scale())));
  const view = mountViewer(viewer, select(net, 'fc*'));
  const images = samples.get('images')!.data as Float32Array;
  const labels = samples.get('labels')!.data as ArrayLike<number | bigint>;
  let at = 0;
  const timer = setInterval(() => {
    const pixels = images.slice(64 * at, 64 * (at + 1));
    draw(canvas, pixels);
    const [digit] = net(new Tensor(pixels, [1, 64])).argmax(1).data;
    onAnswer(`read as ${digit}, it is ${labels[at]}`);
    at = (at + 1) % labels.length;
  }, pause);
  return () => {
    clearInterval(timer);
    view.unmount();
  };
}

function draw(canvas: HTMLCanvasElement, pixels: Float32Array): void {
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(8, 8);
  for (const [i, ink] of pixels.entries())
    image.data.set([255 * (1 - ink), 255 * (1 - ink), 255 * (1 - ink), 255], 4 * i);
  context.putImageData(image, 0, 0);
}
