import type { ImagePoint } from '../data/points.ts';
import { element, say } from '../element.ts';
import type { Card, CardContext } from './card.ts';
import { clamp } from './geometry.ts';
import { sliderCard } from './slider-card.ts';

/** The images of a tag in one run: by step, and by index where a step has several. */
export function imageCard(context: CardContext, tag: string, run: string): Card {
  const { state, store, requestDraw } = context;
  const body = element('div', { class: 'images' });
  const size = element('span', { class: 'number' });
  /** From 1; 0 for all images of a step, beside each other. */
  let index = 0;
  const which = element('input', {
    type: 'range',
    min: 0,
    // Otherwise half of the way.
    value: 0,
    hidden: true,
    class: 'which',
    'aria-label': `Image of ${tag}`,
    input() {
      index = Number(which.value);
      requestDraw(card);
    },
  });
  const whichName = element('output', { class: 'number', hidden: true });
  let shown: ImagePoint | undefined;
  let shownIndex = -1;
  let urls: string[] = [];
  const revoke = () => {
    for (const url of urls) URL.revokeObjectURL(url);
  };

  function show(point: ImagePoint | undefined): void {
    look();
    if (point === undefined || (point === shown && index === shownIndex)) return;
    [shown, shownIndex] = [point, index];
    const count = point.images.length;
    which.max = String(count);
    const text = chosen(point).length < count ? `${clamp(index, 1, count)} of ${count}` : `all ${count}`;
    say(whichName, text);
    which.setAttribute('aria-valuetext', text);
    which.hidden = whichName.hidden = count < 2;
    say(size, `${point.width} × ${point.height}`);
    revoke();
    const pictures = chosen(point);
    urls = pictures.map(([bytes]) => urlOf(bytes));
    body.replaceChildren(...pictures.map(([, i], at) => pictureOf(point, i, urls[at]!)));
  }

  /** The images to show, with their indexes. A step may have fewer than the one before. */
  function chosen({ images }: ImagePoint): [bytes: Uint8Array, index: number][] {
    const all = images.map((bytes, i): [Uint8Array, number] => [bytes, i]);
    return index === 0 || images.length < 2 ? all : [all[Math.min(index, all.length) - 1]!];
  }

  function pictureOf({ step, images, width, height }: ImagePoint, i: number, src: string): HTMLElement {
    const which = images.length > 1 ? `, image ${i + 1} of ${images.length}` : '';
    const image = element('img', { src, alt: `${tag} at step ${step}${which}`, width, height });
    image.addEventListener('error', () => image.replaceWith(`image ${i + 1} cannot be shown`), { once: true });
    return image;
  }

  /** Sets size and colours, by properties: a strict policy forbids style attributes. */
  function look(): void {
    const { zoom, brightness, contrast } = state.view.images;
    body.classList.toggle('fit', zoom === 'fit');
    body.style.setProperty('--zoom', zoom === 'fit' ? '1' : String(zoom));
    body.style.setProperty('--filter', `brightness(${brightness}) contrast(${contrast})`);
  }

  const points = () => store.images(run, tag);
  const card = sliderCard(context, tag, run, {
    body,
    controls: [which, whichName, size],
    points,
    show,
    toSvg() {
      if (shown === undefined) return '<svg xmlns="http://www.w3.org/2000/svg"/>\n';
      const { width, height } = shown;
      const pictures = chosen(shown);
      const tags = pictures.map(
        ([bytes], i) =>
          `<image y="${i * height}" width="${width}" height="${height}" href="data:image/png;base64,${base64(bytes)}"/>`,
      );
      const tall = height * pictures.length;
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${tall}">${tags.join('')}</svg>\n`;
    },
    toRows: () => [
      ['run', 'tag', 'step', 'wall_time', 'width', 'height', 'images'],
      ...points().map((one) => [run, tag, one.step, one.wallTime, one.width, one.height, one.images.length]),
    ],
    destroy: revoke,
  });
  return card;
}

/** The type keeps the bytes from being read as an SVG: browsers sniff other pixel formats, but never that. */
const urlOf = (bytes: Uint8Array): string => URL.createObjectURL(new Blob([bytes as BlobPart], { type: 'image/png' }));

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
