/** @file Cards without a chart over steps: the images or the texts of a tag in one run, with a slider. */
import type { ImagePoint, TextPoint } from '../data/points.ts';
import { element, say } from '../element.ts';
import type { Card, CardContext } from './card.ts';
import { SvgPainter } from './painter.ts';
import { themeOf } from './theme.ts';

export function imageCard(context: CardContext, tag: string, run: string): Card {
  const body = element('div', { class: 'images' });
  const size = element('span', { class: 'number' });
  const points = () => context.store.images(run, tag);
  let shown: Pick<ImagePoint, 'width' | 'height' | 'images'> = { width: 0, height: 0, images: [] };
  let urls: string[] = [];
  const destroy = () => {
    for (const url of urls) URL.revokeObjectURL(url);
  };
  const show = (point: ImagePoint | undefined) => {
    if (point === shown || point === undefined) return;
    shown = point;
    destroy();
    const { step, images, width, height } = point;
    // The type keeps the bytes from being read as an SVG: browsers sniff other pixel formats, but never that.
    urls = images.map((bytes) => URL.createObjectURL(new Blob([bytes as BlobPart], { type: 'image/png' })));
    body.replaceChildren(
      ...urls.map((src, i) => {
        const which = images.length > 1 ? `, image ${i + 1} of ${images.length}` : '';
        const image = element('img', { src, alt: `${tag} at step ${step}${which}`, width, height });
        image.addEventListener('error', () => image.replaceWith(`image ${i + 1} cannot be shown`), { once: true });
        return image;
      }),
    );
    say(size, `${width} × ${height}`);
  };
  const toSvg = () => {
    const { width, height, images } = shown;
    const tags = images.map((bytes, i) => {
      const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
      return `<image y="${i * height}" width="${width}" height="${height}" href="data:image/png;base64,${btoa(letters)}"/>`;
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height * images.length}">${tags.join('')}</svg>\n`;
  };
  const toRows = () => [
    ['run', 'tag', 'step', 'wall_time', 'width', 'height', 'images'],
    ...points().map((one) => [run, tag, one.step, one.wallTime, one.width, one.height, one.images.length]),
  ];
  return sliderCard(context, tag, [body, size], points, show, { toSvg, toRows, destroy });
}

const LINE = 16;

/** Markup is shown as text. */
export function textCard(context: CardContext, tag: string, run: string): Card {
  // Focusable, so that the keyboard can scroll it.
  const body = element('pre', { tabindex: 0, role: 'region', 'aria-label': `${tag}, text` });
  const points = () => context.store.texts(run, tag);
  const show = (point: TextPoint | undefined) => say(body, point?.texts.join('\n') ?? '');
  const toSvg = () => {
    const card = body.parentElement!;
    const { ink, font } = themeOf(card);
    const lines = (body.textContent ?? '').split('\n');
    const svg = new SvgPainter(font);
    for (const [i, line] of lines.entries()) svg.text(line, 8, (i + 1) * LINE, { colour: ink, size: 12 });
    return svg.finish(card.clientWidth, (lines.length + 1) * LINE, tag);
  };
  const toRows = () => [
    ['run', 'tag', 'step', 'wall_time', 'text'],
    ...points().flatMap(({ step, wallTime, texts }) => texts.map((text) => [run, tag, step, wallTime, text])),
  ];
  return sliderCard(context, tag, [body], points, show, { toSvg, toRows, destroy() {} });
}

/**
 * Shows the point chosen by the slider, or at the step hovered in another card. Follows the last point until the user moves
 * the slider.
 */
function sliderCard<P extends ImagePoint | TextPoint>(
  context: CardContext,
  tag: string,
  [body, ...notes]: [HTMLElement, ...HTMLElement[]],
  points: () => readonly P[],
  show: (point: P | undefined) => void,
  rest: Pick<Card, 'toSvg' | 'toRows' | 'destroy'>,
): Card {
  let steps: readonly number[] = [];
  /** The step that the user chose; undefined follows the last point. */
  let chosen: number | undefined;
  const range = element('input', {
    type: 'range',
    min: 0,
    'aria-label': `Step of ${tag}`,
    input() {
      const index = Number(range.value);
      chosen = index === steps.length - 1 ? undefined : steps[index];
      context.requestDraw(card);
    },
  });
  const name = element('output', { class: 'number' });
  const stop = context.state.listen((view, before) => {
    if (view.hover?.step !== before.hover?.step) context.requestDraw(card);
  });
  const card: Card = {
    ...rest,
    element: element('div', { class: 'body' }, body, element('div', { class: 'slider' }, range, name, ...notes)),
    draw() {
      const all = points();
      steps = all.map(({ step }) => step);
      const wanted = context.state.view.hover?.step ?? chosen ?? Number.POSITIVE_INFINITY;
      // The last point up to that step.
      const after = steps.findIndex((step) => step > wanted);
      const index = Math.max(0, after === -1 ? steps.length - 1 : after - 1);
      range.max = String(Math.max(0, steps.length - 1));
      range.value = String(index);
      range.disabled = steps.length < 2;
      const text = index in steps ? `step ${steps[index]}` : '';
      range.setAttribute('aria-valuetext', text);
      say(name, text);
      show(all[index]);
      return true;
    },
    destroy() {
      stop();
      rest.destroy();
    },
  };
  return card;
}
