import type { TextPoint } from '../data/points.ts';
import { element } from '../element.ts';
import type { Card, CardContext } from './card.ts';
import { sliderCard } from './slider-card.ts';
import { SvgPainter } from './svg-painter.ts';
import { themeOf } from './theme.ts';

const LINE = 16;

/** A chunk of its own: many logs have no texts. */
const loadMarkdown = () => import('../text/markdown.ts');

/** The texts of a tag in one run, as Markdown or as they were written. */
export function textCard(context: CardContext, tag: string, run: string): Card {
  const { state, store } = context;
  // Focusable, so that the keyboard can scroll it.
  const body = element('div', { class: 'text', tabindex: 0, role: 'region', 'aria-label': `${tag}, text` });
  let shown: TextPoint | undefined;
  let asMarkdown = false;
  const asWritten = (texts: readonly string[]) => texts.map((text) => element('pre', {}, text));

  function show(point: TextPoint | undefined): void {
    const { markdown: wanted } = state.view;
    if (point === shown && wanted === asMarkdown) return;
    [shown, asMarkdown] = [point, wanted];
    const { texts } = point ?? { texts: [] };
    if (!wanted) {
      body.replaceChildren(...asWritten(texts));
      return;
    }
    loadMarkdown().then(
      ({ markdown }) => {
        if (shown === point && asMarkdown) body.replaceChildren(...texts.map((text) => markdown(text)));
      },
      // The server is gone, perhaps.
      () => {
        if (shown === point && asMarkdown) body.replaceChildren(...asWritten(texts));
      },
    );
  }

  const points = () => store.texts(run, tag);
  return sliderCard(context, tag, run, {
    body,
    controls: [],
    points,
    show,
    toSvg() {
      const { ink, font } = themeOf(body);
      const lines = (shown?.texts ?? []).flatMap((text) => text.split('\n'));
      const svg = new SvgPainter(font);
      for (const [i, line] of lines.entries()) svg.text(line, 8, (i + 1) * LINE, { colour: ink, size: 12 });
      return svg.finish(body.clientWidth, (lines.length + 1) * LINE, tag);
    },
    toRows: () => [
      ['run', 'tag', 'step', 'wall_time', 'text'],
      ...points().flatMap(({ step, wallTime, texts }) => texts.map((text) => [run, tag, step, wallTime, text])),
    ],
    destroy() {},
  });
}
