// Charts are painted with the same calls on the screen and into an SVG file.
import { element } from '../element.ts';
import type { Box } from './geometry.ts';

export interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly opacity?: number;
  readonly dash?: readonly number[];
}

export interface TextStyle {
  readonly colour: string;
  readonly size: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly bold?: boolean;
  /** Colour of an outline that keeps the text readable on a picture. */
  readonly halo?: string;
  /** Whether the text runs upwards, from x and y on. */
  readonly upwards?: boolean;
}

/** Lengths are CSS pixels, y goes down. Points are x and y in turn; NaN interrupts a line. */
export interface Painter {
  line(points: readonly number[], stroke: Stroke): void;
  area(points: readonly number[], colour: string, opacity?: number): void;
  rectangle(x: number, y: number, width: number, height: number, colour: string, opacity?: number): void;
  /** y is the middle of the text's height. */
  text(text: string, x: number, y: number, style: TextStyle): void;
  /** Pixels are not smoothed. @param part the pixels of the source to draw. Default: all */
  image(source: HTMLCanvasElement, x: number, y: number, width: number, height: number, part?: Box): void;
  /** Clips what `draw` paints to a rectangle. */
  within(x: number, y: number, width: number, height: number, draw: () => void): void;
}

export function trace(points: readonly number[], pen: Pick<CanvasPath, 'lineTo' | 'moveTo'>): void {
  let begun = false;
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    if (Number.isNaN(x) || Number.isNaN(y)) begun = false;
    else {
      if (begun) pen.lineTo(x, y);
      else pen.moveTo(x, y);
      begun = true;
    }
  }
}

export class CanvasPainter implements Painter {
  readonly #context: CanvasRenderingContext2D;
  readonly #font: string;

  constructor(context: CanvasRenderingContext2D, font: string) {
    this.#context = context;
    this.#font = font;
  }

  line(points: readonly number[], { colour, width, opacity = 1, dash = [] }: Stroke): void {
    const context = this.#context;
    context.beginPath();
    trace(points, context);
    context.globalAlpha = opacity;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.setLineDash(dash as number[]);
    context.stroke();
    context.globalAlpha = 1;
  }

  area(points: readonly number[], colour: string, opacity = 1): void {
    this.#context.beginPath();
    trace(points, this.#context);
    this.#context.globalAlpha = opacity;
    this.#context.fillStyle = colour;
    this.#context.fill();
    this.#context.globalAlpha = 1;
  }

  rectangle(x: number, y: number, width: number, height: number, colour: string, opacity = 1): void {
    this.#context.globalAlpha = opacity;
    this.#context.fillStyle = colour;
    this.#context.fillRect(x, y, width, height);
    this.#context.globalAlpha = 1;
  }

  text(text: string, x: number, y: number, { upwards = false, ...style }: TextStyle): void {
    if (!upwards) {
      this.#text(text, x, y, style);
      return;
    }
    this.#context.save();
    this.#context.translate(x, y);
    this.#context.rotate(-Math.PI / 2);
    this.#text(text, 0, 0, style);
    this.#context.restore();
  }

  #text(text: string, x: number, y: number, { colour, size, align = 'left', bold = false, halo }: TextStyle): void {
    const context = this.#context;
    context.font = `${bold ? '600 ' : ''}${size}px ${this.#font}`;
    context.textAlign = align;
    context.textBaseline = 'middle';
    if (halo !== undefined) {
      context.strokeStyle = halo;
      context.lineWidth = 3;
      context.lineJoin = 'round';
      context.setLineDash([]);
      context.strokeText(text, x, y);
    }
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  image(source: HTMLCanvasElement, x: number, y: number, width: number, height: number, part?: Box): void {
    this.#context.imageSmoothingEnabled = false;
    if (part === undefined) this.#context.drawImage(source, x, y, width, height);
    else this.#context.drawImage(source, part.left, part.top, part.width, part.height, x, y, width, height);
  }

  within(x: number, y: number, width: number, height: number, draw: () => void): void {
    this.#context.save();
    this.#context.beginPath();
    this.#context.rect(x, y, width, height);
    this.#context.clip();
    try {
      draw();
    } finally {
      // Otherwise the clip would stay for all that is painted later.
      this.#context.restore();
    }
  }
}

/** A picture whose pixels `fill` sets, as little-endian RGBA. */
export function pixelImage(width: number, height: number, fill: (pixels: Uint32Array) => void): HTMLCanvasElement {
  const canvas = element('canvas', { width, height });
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  fill(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
  return canvas;
}

/** A painter on a canvas that is given this size in CSS pixels, and cleared. */
export function sizedPainter(canvas: HTMLCanvasElement, width: number, height: number, font: string): CanvasPainter {
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return canvasPainter(canvas, width, height, font);
}

/** A painter on a canvas that has this size in CSS pixels already, cleared. @param ratio device pixels per CSS pixel */
export function canvasPainter(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  font: string,
  ratio: number = devicePixelRatio,
): CanvasPainter {
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext('2d')!;
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  } else {
    // A resized canvas is clear already. In print, clearing a canvas clears the canvas below it too.
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, wide, high);
  }
  context.setTransform(wide / width, 0, 0, high / height, 0, 0);
  return new CanvasPainter(context, font);
}
