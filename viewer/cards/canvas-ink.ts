import { CanvasPainter } from './painter.ts';

/** Makes a canvas as large in CSS pixels, as fine as the screen, and empty. */
export function sizedPainter(canvas: HTMLCanvasElement, width: number, height: number, font: string): CanvasPainter {
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return canvasPainter(canvas, width, height, font);
}

/** Empties a canvas whose size in CSS pixels this is already. @param ratio device pixels in a CSS pixel */
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
    // Only here: a new canvas is empty, and what clears it on paper clears the canvas under it too.
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, wide, high);
  }
  context.setTransform(wide / width, 0, 0, high / height, 0, 0);
  return new CanvasPainter(context, font);
}
