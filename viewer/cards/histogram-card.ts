import { element, say } from '../element.ts';
import type { View } from '../state/view-state.ts';
import { describeBin, describeColumn, nameOfColumn } from './bins.ts';
import type { Card, CardContext } from './card.ts';
import { CardGestures, type Shown } from './card-gestures.ts';
import { pressKey } from './card-keys.ts';
import { HistogramPicture } from './histogram-picture.ts';
import { histogramRows } from './histogram-rows.ts';
import { SvgPainter } from './painter.ts';
import { listenToPointer } from './pointer.ts';
import { pointedAt, type Scene, SceneMaker } from './scene.ts';
import { themeOf } from './theme.ts';

/**
 * The histograms of one tag, of one run or of all visible runs: a heat map over steps, ridges, or overlaid outlines, as
 * the view says.
 */
export class HistogramCard implements Card {
  readonly element: HTMLElement;
  readonly #context: CardContext;
  readonly #tag: string;
  readonly #figure: HTMLElement = element('div');
  readonly #readout: readonly [HTMLElement, HTMLElement] = [element('div'), element('div')];
  readonly #live: HTMLElement = element('div', { 'aria-live': 'polite' });
  readonly #maker: SceneMaker;
  readonly #picture: HistogramPicture;
  readonly #gestures: CardGestures;
  readonly #stop: readonly (() => void)[];
  /** Size of the figure, kept because reading it in each frame would force a layout. */
  #width = 0;
  #height = 0;

  /** @param run the only run to draw. Default: all visible runs. */
  constructor(context: CardContext, tag: string, run?: string) {
    this.#context = context;
    this.#tag = tag;
    this.#maker = new SceneMaker(context.store, tag, run);
    this.#picture = new HistogramPicture(this.#maker);
    this.element = this.#build(run === undefined ? tag : `${tag}, ${run}`);
    const redraw = (): void => context.requestDraw(this);
    this.#gestures = new CardGestures(this.#figure, context.state, tag, () => this.#shown(), redraw);
    const resized = new ResizeObserver(() => {
      this.#measure();
      redraw();
    });
    resized.observe(this.#figure);
    this.#stop = [
      context.state.listen(redraw),
      listenToPointer(this.#figure, this.#gestures),
      () => resized.disconnect(),
      () => this.#maker.destroy(),
      () => this.#picture.destroy(),
    ];
  }

  /** Sets styles one by one: a strict content security policy forbids style attributes. */
  #build(name: string): HTMLElement {
    const set = (of: HTMLElement, style: Partial<CSSStyleDeclaration>): void => void Object.assign(of.style, style);
    const { canvases } = this.#picture;
    for (const canvas of canvases) {
      canvas.setAttribute('aria-hidden', 'true');
      set(canvas, { position: 'absolute', inset: '0', width: '100%', height: '100%' });
    }
    this.#figure.append(...canvases);
    set(this.#figure, {
      position: 'relative',
      flex: '1 1 0',
      minHeight: '0',
      touchAction: 'pan-y',
      userSelect: 'none',
    });
    const readout = element('div', {}, ...this.#readout);
    set(readout, { flex: 'none', height: '2.9em', fontSize: '11px', lineHeight: '1.45em', padding: '2px 12px 0 52px' });
    set(readout, { fontVariantNumeric: 'tabular-nums' });
    for (const line of this.#readout) {
      set(line, { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' });
    }
    set(this.#live, { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' });
    const card = element(
      'div',
      {
        tabindex: 0,
        role: 'application',
        'aria-roledescription': 'histograms over steps',
        'aria-label': `Histograms of ${name}`,
        keydown: (event: KeyboardEvent) => this.#press(event),
      },
      this.#figure,
      readout,
      this.#live,
    );
    set(card, { display: 'flex', flexDirection: 'column', width: '100%', height: '100%', minHeight: '0' });
    return card;
  }

  /** The plot in the page with the axes of the next frame: several wheel events may arrive before it is drawn. */
  #shown(): Shown | undefined {
    const { painted } = this.#picture;
    if (painted === undefined) return undefined;
    const { plot, scene } = painted;
    const { view } = this.#context.state;
    const allSteps = this.#maker.allSteps(scene.runs);
    return { plot, steps: view.steps ?? allSteps, allSteps, axis: this.#maker.axis(view, scene.theme) };
  }

  #press(event: KeyboardEvent): void {
    const { painted } = this.#picture;
    if (painted === undefined) return;
    const { used, spoken } = pressKey(event, this.#context.state, this.#tag, painted.scene.runs, this.#gestures);
    if (!used) return;
    event.preventDefault();
    event.stopPropagation();
    if (spoken !== undefined) this.#live.textContent = spoken;
  }

  #measure(): void {
    this.#width = this.#figure.clientWidth;
    this.#height = this.#figure.clientHeight;
  }

  draw(newData = true): boolean {
    return this.#draw({ newData, now: false });
  }

  #draw(options: { newData: boolean; now: boolean }): boolean {
    if (!(this.#width > 0 && this.#height > 0)) this.#measure();
    // The ResizeObserver asks for a drawing once there is a size.
    if (this.#width === 0 || this.#height === 0) return true;
    const { view } = this.#context.state;
    const theme = themeOf(this.element);
    const drawn = this.#picture.draw(view, theme, this.#width, this.#height, this.#gestures.band, options);
    if (this.#picture.painted!.waits) this.#context.requestDraw(this);
    const { scene } = this.#picture.painted!;
    // After all cards are drawn: writing text before drawing a canvas makes the browser lay out the page in between.
    queueMicrotask(() => this.#read(scene, view));
    return drawn;
  }

  /** Describes the hovered bin and column below the figure. */
  #read({ runs, theme }: Scene, { hover }: View): void {
    const pointed = pointedAt(runs, hover);
    const lines = ['', ''];
    if (pointed !== undefined && pointed.column !== -1) {
      const { of, column } = pointed;
      const name = `${runs.length > 1 ? `${of.run} \u00b7 ` : ''}${nameOfColumn(of.series, column)}`;
      const value = hover?.tag === this.#tag ? hover.value : undefined;
      lines[0] = value === undefined ? name : `${name} \u00b7 ${describeBin(of.series, column, value)}`;
      lines[1] = describeColumn(of.series, column, !this.#picture.painted!.plot.countsLanes);
    }
    for (const [i, line] of this.#readout.entries()) {
      say(line, lines[i]!);
      line.style.color = i === 0 ? theme.ink : theme.ink2;
    }
  }

  toSvg(): string {
    this.#draw({ newData: true, now: true });
    const { painted } = this.#picture;
    if (painted === undefined) throw new Error(`${this.#tag} has no size: it is not in the page`);
    const { width, height, theme } = painted.scene;
    const svg = new SvgPainter(theme.font);
    svg.rectangle(0, 0, width, height, theme.surface);
    this.#picture.paintCopy(svg, this.#context.state.view);
    return svg.finish(width, height, `Histograms of ${this.#tag}`);
  }

  toRows(): readonly (readonly (string | number)[])[] {
    return histogramRows(this.#maker.make(this.#context.state.view, themeOf(this.element), 1, 1, 1));
  }

  destroy(): void {
    for (const stop of this.#stop) stop();
  }
}
