import { element, say } from '../element.ts';
import type { Card, CardContext } from './card.ts';
import { SvgPainter } from './painter.ts';
import { StepSlider } from './step-slider.ts';
import { themeOf } from './theme.ts';

const LINE = 16;

/** The texts of a tag in one run. Markup is shown as text. */
export class TextCard implements Card {
  readonly element: HTMLElement;
  readonly #context: CardContext;
  readonly #tag: string;
  readonly #run: string;
  readonly #text: HTMLElement;
  readonly #slider: StepSlider;
  readonly #stop: () => void;

  constructor(context: CardContext, tag: string, run: string) {
    this.#context = context;
    this.#tag = tag;
    this.#run = run;
    // Focusable, so that the keyboard can scroll it.
    this.#text = element('pre', { tabindex: 0, role: 'region', 'aria-label': `${tag}, text` });
    this.#slider = new StepSlider(tag, context.state, () => context.requestDraw(this));
    this.element = element('div', { class: 'body' }, this.#text, this.#slider.element);
    this.#stop = context.state.listen((view, before) => {
      if (view.hover?.step !== before.hover?.step) context.requestDraw(this);
    });
  }

  draw(): boolean {
    const point = this.#slider.pick(this.#context.store.texts(this.#run, this.#tag));
    say(this.#text, point?.texts.join('\n') ?? '');
    return true;
  }

  toSvg(): string {
    const { ink, font } = themeOf(this.element);
    const lines = (this.#text.textContent ?? '').split('\n');
    const svg = new SvgPainter(font);
    for (const [i, line] of lines.entries()) svg.text(line, 8, (i + 1) * LINE, { colour: ink, size: 12 });
    return svg.finish(this.element.clientWidth, (lines.length + 1) * LINE, this.#tag);
  }

  toRows(): (string | number)[][] {
    const points = this.#context.store.texts(this.#run, this.#tag);
    return [
      ['run', 'tag', 'step', 'wall_time', 'text'],
      ...points.flatMap(({ run, tag, step, wallTime, texts }) => texts.map((text) => [run, tag, step, wallTime, text])),
    ];
  }

  destroy(): void {
    this.#stop();
  }
}
