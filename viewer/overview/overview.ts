import type { Card, CardContext } from '../cards/card.ts';
import { listenForDrawing } from '../cards/step-track.ts';
import { themeOf } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import { type Block, type CellPlace, matrixBlock } from './block.ts';
import { type MatrixScene, matrixSvg, scaleOfAll } from './matrix.ts';
import { type MatrixRow, matrixRows, statisticTable, tableHead } from './matrix-rows.ts';
import { legend } from './matrix-scale.ts';

export interface Overview extends Card {
  /** Explains the colours. */
  readonly legend: HTMLElement;
}

/**
 * Layers by steps: shows which layer goes wrong, and when. A card of all histograms that pass the filter, with a block of
 * rows for each axis. All blocks share the colours.
 * @param choose is called with the cell whose card the user wants to see
 */
export function overview(context: CardContext, choose: (at: CellPlace) => void): Overview {
  const { state, axes } = context;
  const rowsOf = matrixRows(context);
  const colours = legend();
  const body = element('div', { class: 'blocks' });
  const empty = element('p', { class: 'hint' }, 'no histograms');
  const readout = element('output', { class: 'readout', 'aria-live': 'polite' });
  /** By the first tag of their axis. */
  const blocks = new Map<string, Block>();

  /** Makes and removes blocks, so that there is one for each axis that has rows. */
  function arrange(rows: readonly MatrixRow[]): readonly (readonly [Block, readonly MatrixRow[]])[] {
    const byAxis = new Map<string, MatrixRow[]>();
    for (const row of rows) {
      const key = axes.group(row.tag)?.tags[0] ?? row.tag;
      const already = byAxis.get(key);
      if (already === undefined) byAxis.set(key, [row]);
      else already.push(row);
    }
    for (const [key, block] of blocks) {
      if (byAxis.has(key)) continue;
      block.destroy();
      blocks.delete(key);
    }
    const arranged = [...byAxis].map(([key, members]) => {
      let block = blocks.get(key);
      if (block === undefined) {
        block = matrixBlock(context, key, choose, () => context.requestDraw(card));
        blocks.set(key, block);
      }
      return [block, members] as const;
    });
    const elements = arranged.map(([block]) => block.element);
    // Moving an element would take the focus from it.
    if (elements.length !== body.children.length || elements.some((one, i) => one !== body.children[i])) {
      body.replaceChildren(...elements);
    }
    empty.hidden = elements.length > 0;
    return arranged;
  }

  function scenesNow(): MatrixScene[] {
    const theme = themeOf(card.element);
    return arrange(rowsOf(theme.dark)).map(([block, rows]) => block.scene(rows, theme));
  }

  function update(): void {
    let text: string | undefined;
    for (const block of blocks.values()) {
      block.update();
      text ??= block.describe();
    }
    say(readout, text ?? 'Point to read, click to see the card, drag to brush.');
  }

  const card: Overview = {
    element: element('div', {}, empty, body, readout),
    legend: colours.element,
    draw() {
      const { view } = state;
      const scale = scaleOfAll(scenesNow(), view.statistic);
      for (const block of blocks.values()) block.draw(scale);
      colours.draw(scale, view, themeOf(card.element));
      update();
      return true;
    },
    toSvg: () => matrixSvg(scenesNow(), state.view, themeOf(card.element)),
    toRows: () => [
      tableHead(state.view.statistic),
      ...scenesNow().flatMap(({ rows, steps }) => statisticTable(rows, state.view.statistic, steps)),
    ],
    destroy() {
      for (const block of blocks.values()) block.destroy();
      stop();
    },
  };
  const stop = listenForDrawing(context, card, update);
  return card;
}
