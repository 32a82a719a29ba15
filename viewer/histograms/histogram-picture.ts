import type { Box } from '../cards/geometry.ts';
import { CanvasPainter, canvasPainter, type Painter } from '../cards/painter.ts';
import type { Theme } from '../cards/theme.ts';
import { element } from '../element.ts';
import { pointedRun, type Range, type View } from '../state/view-state.ts';
import { overlay } from './overlay.ts';
import { ridge } from './ridge.ts';
import type { Plot, Scene, SceneMaker } from './scene.ts';
import { stepPlot } from './step-plot.ts';
import { ZoomTurns } from './zoom-turns.ts';

/** The picture in the page, and the inputs that it was painted from. */
interface Painted {
  /** Size, theme, and kind of plot and axis: a change of these is painted in the same frame. */
  readonly layoutKey: string;
  readonly dataKey: string;
  readonly viewKey: string;
  /** The zoom. */
  readonly steps: Range | undefined;
  readonly scene: Scene;
  readonly plot: Plot;
  /** The last picture that was painted, if it was only moved since. */
  readonly exact: { readonly steps: Range; readonly content: HTMLCanvasElement } | undefined;
  /** Whether the view asks for another picture, which waits for its turn. */
  waits: boolean;
  /** The view key and steps that were asked for last. */
  wanted: readonly [string, Range | undefined];
}

/** Shared by all cards of the page. */
const turns = new ZoomTurns();

const PLOTS: Readonly<Record<View['histograms'], (scene: Scene) => Plot>> = { heat: stepPlot, ridge, overlay };
const plotOf = (scene: Scene): Plot => PLOTS[scene.view.histograms](scene);

/**
 * The picture of a histogram card, on two canvases: the plot, repainted when data, size or zoom change, and above it
 * brush, pointer and hovered histogram, which can follow the pointer in every frame, whatever the plot costs.
 */
export class HistogramPicture {
  readonly #maker: SceneMaker;
  readonly below: HTMLCanvasElement = element('canvas', { 'aria-hidden': 'true' });
  readonly above: HTMLCanvasElement = element('canvas', { 'aria-hidden': 'true' });
  #painted: Painted | undefined;

  constructor(maker: SceneMaker) {
    this.#maker = maker;
  }

  get painted(): Readonly<Painted> | undefined {
    return this.#painted;
  }

  /**
   * @param band the range that a drag along an axis selects
   * @param options `newData`: whether new data must be shown. `now`: whether the picture may not wait for its turn.
   * @returns whether the newest data are shown, or will be when the turn comes
   */
  draw(
    view: View,
    theme: Theme,
    width: number,
    height: number,
    band: Box | undefined,
    { newData, now }: { newData: boolean; now: boolean },
  ): boolean {
    const ratio = globalThis.devicePixelRatio || 1;
    const { steps } = this.#maker.stepAxis;
    const layoutKey = JSON.stringify([width, height, ratio, theme, view.histograms, view.valueAxis, view.axis]);
    const dataKey = this.#maker.dataKey(view);
    const viewKey = this.#maker.viewKey(view);
    const old = this.#painted;
    const isSameView = old?.layoutKey === layoutKey && old.viewKey === viewKey && old.steps === steps && !old.waits;
    if (!isSameView || (newData && old.dataKey !== dataKey)) {
      // The scheduler paces new data. Zooming and panning take turns here.
      if (old?.layoutKey !== layoutKey || now || isSameView || this.#isTurn(old, viewKey, steps)) {
        this.#paint({ layoutKey, dataKey, viewKey, steps }, () => this.#maker.make(view, theme, width, height, ratio));
      } else this.#move(old, view, steps);
    }
    const { plot, scene, waits } = this.#painted!;
    const above = painterOn(this.above, scene);
    plot.paintOver(above, this.#maker.stepAxis, pointedRun(view));
    if (band !== undefined) above.rectangle(band.left, band.top, band.width, band.height, theme.accent, 0.2);
    return waits || this.#painted!.dataKey === dataKey;
  }

  #isTurn(old: Painted, viewKey: string, steps: Range | undefined): boolean {
    const moved = old.wanted[0] !== viewKey || old.wanted[1] !== steps;
    old.wanted = [viewKey, steps];
    return turns.ask(this, Number(document.timeline.currentTime), moved);
  }

  #paint(keys: Pick<Painted, 'layoutKey' | 'dataKey' | 'viewKey' | 'steps'>, make: () => Scene): void {
    const start = performance.now();
    const scene = make();
    const plot = plotOf(scene);
    plot.paint(painterOn(this.below, scene));
    const wanted = [keys.viewKey, keys.steps] as const;
    this.#painted = { ...keys, scene, plot, exact: undefined, waits: false, wanted };
    turns.took(this, performance.now() - start);
  }

  /** Shows the existing picture moved and stretched to the wanted steps, until it is this picture's turn. */
  #move(old: Painted, view: View, zoom: Range | undefined): void {
    old.waits = true;
    if (old.plot.across !== 'steps' || old.steps === zoom) return;
    const steps = zoom ?? this.#maker.allSteps(old.scene.runs);
    const scene = { ...old.scene, view, steps };
    const plot = stepPlot(scene);
    const exact = old.exact ?? { steps: old.scene.steps, content: cropped(this.below, plot.content, scene) };
    plot.paintMoved(new CanvasPainter(this.below.getContext('2d')!, scene.theme.font), exact.content, exact.steps);
    this.#painted = { ...old, steps: zoom, scene, plot, exact };
  }

  paintCopy(painter: Painter): void {
    const { scene } = this.#painted!;
    const plot = plotOf(scene);
    plot.paint(painter);
    plot.paintOver(painter, this.#maker.stepAxis);
  }

  destroy(): void {
    turns.forget(this);
  }
}

const painterOn = (canvas: HTMLCanvasElement, { width, height, ratio, theme }: Scene): Painter =>
  canvasPainter(canvas, width, height, theme.font, ratio);

function cropped(picture: HTMLCanvasElement, { left, top, width, height }: Box, { ratio }: Scene): HTMLCanvasElement {
  const pixels = (length: number) => Math.max(1, Math.round(length * ratio));
  const copy = element('canvas', { width: pixels(width), height: pixels(height) });
  copy.getContext('2d')!.drawImage(picture, Math.round(-left * ratio), Math.round(-top * ratio));
  return copy;
}
