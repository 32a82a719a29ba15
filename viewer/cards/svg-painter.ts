import { element } from '../element.ts';
import type { Box } from './geometry.ts';
import { type Painter, type Stroke, type TextStyle, trace } from './painter.ts';

function cropped(source: HTMLCanvasElement, { left, top, width, height }: Box): HTMLCanvasElement {
  const canvas = element('canvas', { width, height });
  canvas.getContext('2d')!.drawImage(source, left, top, width, height, 0, 0, width, height);
  return canvas;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]!);
/** Rounded to a hundredth of a pixel. */
const short = (number: number): string => String(Math.round(number * 100) / 100);

const boxOf = (x: number, y: number, width: number, height: number): string =>
  `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;

export class SvgPainter implements Painter {
  readonly #parts: string[] = [];
  readonly #font: string;
  #clips = 0;

  constructor(font: string) {
    this.#font = font;
  }

  finish(width: number, height: number, title: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(this.#font)}" role="img">`,
      `<title>${escaped(title)}</title>`,
      ...this.#parts,
      '</svg>\n',
    ].join('\n');
  }

  #path(points: readonly number[]): string {
    let path = '';
    const add = (letter: string) => (x: number, y: number) => {
      path += `${letter}${short(x)},${short(y)}`;
    };
    trace(points, { moveTo: add('M'), lineTo: add('L') });
    return path;
  }

  line(points: readonly number[], { colour, width, opacity = 1, dash = [] }: Stroke): void {
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    this.#parts.push(
      `<path d="${this.#path(points)}" fill="none" stroke="${escaped(colour)}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round"${dashes}/>`,
    );
  }

  area(points: readonly number[], colour: string, opacity = 1): void {
    this.#parts.push(`<path d="${this.#path(points)}" fill="${escaped(colour)}" fill-opacity="${opacity}"/>`);
  }

  rectangle(x: number, y: number, width: number, height: number, colour: string, opacity = 1): void {
    const box = boxOf(x, y, width, height);
    this.#parts.push(`<rect ${box} fill="${escaped(colour)}" fill-opacity="${opacity}"/>`);
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    const { colour, size, align = 'left', bold = false, halo, upwards = false } = style;
    const anchor = { left: 'start', center: 'middle', right: 'end' }[align];
    const around = halo === undefined ? '' : ` stroke="${escaped(halo)}" stroke-width="3" paint-order="stroke"`;
    const weight = bold ? ' font-weight="600"' : '';
    // Centred by hand, since not every SVG reader knows dominant-baseline.
    const turn = upwards ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : '';
    this.#parts.push(
      `<text x="${short(x)}" y="${short(y + size * 0.35)}"${turn} font-size="${size}" text-anchor="${anchor}" fill="${escaped(colour)}"${weight}${around}>${escaped(text)}</text>`,
    );
  }

  image(source: HTMLCanvasElement, x: number, y: number, width: number, height: number, part?: Box): void {
    const drawn = part === undefined ? source : cropped(source, part);
    const pixels = `preserveAspectRatio="none" image-rendering="pixelated" href="${drawn.toDataURL('image/png')}"`;
    this.#parts.push(`<image ${boxOf(x, y, width, height)} ${pixels}/>`);
  }

  within(x: number, y: number, width: number, height: number, draw: () => void): void {
    const id = `clip-${this.#clips++}`;
    const box = `<rect ${boxOf(x, y, width, height)}/>`;
    this.#parts.push(`<clipPath id="${id}">${box}</clipPath><g clip-path="url(#${id})">`);
    draw();
    this.#parts.push('</g>');
  }
}
