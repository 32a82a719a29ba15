import type { ImagePoint } from '../data/points.ts';
import { element, say } from '../element.ts';
import type { Card, CardContext } from './card.ts';
import { StepSlider } from './step-slider.ts';

/** The images of a tag in one run. */
export class ImageCard implements Card {
  readonly element: HTMLElement;
  readonly #context: CardContext;
  readonly #tag: string;
  readonly #run: string;
  readonly #images: HTMLElement = element('div', { class: 'images' });
  readonly #size: HTMLElement = element('span', { class: 'number' });
  readonly #slider: StepSlider;
  readonly #stop: () => void;
  #shown: ImagePoint | undefined;
  #urls: string[] = [];

  constructor(context: CardContext, tag: string, run: string) {
    this.#context = context;
    this.#tag = tag;
    this.#run = run;
    this.#slider = new StepSlider(tag, context.state, () => context.requestDraw(this));
    this.#slider.element.append(this.#size);
    this.element = element('div', { class: 'body' }, this.#images, this.#slider.element);
    this.#stop = context.state.listen((view, before) => {
      if (view.hover?.step !== before.hover?.step) context.requestDraw(this);
    });
  }

  draw(): boolean {
    const point = this.#slider.pick(this.#context.store.images(this.#run, this.#tag));
    if (point !== this.#shown && point !== undefined) this.#show(point);
    return true;
  }

  #show(point: ImagePoint): void {
    this.#shown = point;
    this.#revoke();
    // The type keeps the bytes from being read as an SVG: browsers sniff other pixel formats, but never that.
    this.#urls = point.images.map((bytes) => URL.createObjectURL(new Blob([bytes as BlobPart], { type: 'image/png' })));
    const { tag, step, images, width, height } = point;
    this.#images.replaceChildren(
      ...this.#urls.map((src, i) => {
        const which = images.length > 1 ? `, image ${i + 1} of ${images.length}` : '';
        const image = element('img', { src, alt: `${tag} at step ${step}${which}`, width, height });
        image.addEventListener('error', () => image.replaceWith(`image ${i + 1} cannot be shown`), { once: true });
        return image;
      }),
    );
    say(this.#size, `${width} × ${height}`);
  }

  toSvg(): string {
    const width = this.#shown?.width ?? 0;
    const height = this.#shown?.height ?? 0;
    const images = this.#shown?.images ?? [];
    const tags = images.map((bytes, i) => {
      const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
      return `<image y="${i * height}" width="${width}" height="${height}" href="data:image/png;base64,${btoa(letters)}"/>`;
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height * images.length}">${tags.join('')}</svg>\n`;
  }

  toRows(): (string | number)[][] {
    const points = this.#context.store.images(this.#run, this.#tag);
    return [
      ['run', 'tag', 'step', 'wall_time', 'width', 'height', 'images'],
      ...points.map((one) => [one.run, one.tag, one.step, one.wallTime, one.width, one.height, one.images.length]),
    ];
  }

  destroy(): void {
    this.#stop();
    this.#revoke();
  }

  #revoke(): void {
    for (const url of this.#urls) URL.revokeObjectURL(url);
    this.#urls = [];
  }
}
