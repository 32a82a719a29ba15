import { CanvasInk } from './ink.ts';

/** Makes a canvas as fine as the screen at this size in CSS pixels, and empty. */
export function inkOf(canvas: HTMLCanvasElement, width: number, height: number, font: string): CanvasInk {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  return new CanvasInk(context, font);
}
