import type { Card } from '../cards/card.ts';
import { element } from '../element.ts';

/**
 * A card whose code is loaded when it is first shown; empty until then.
 * @param load gets a function that draws the card in the next frame
 */
export function laterCard(load: (redraw: () => void) => Promise<Card>, requestDraw: (card: Card) => void): Card {
  const place = element('div', { class: 'later' });
  let inner: Card | undefined;
  let destroyed = false;
  const made = (): Card => {
    if (inner === undefined) throw new Error('the card is still loading');
    return inner;
  };
  const card: Card = {
    element: place,
    draw: (newData) => inner?.draw(newData) ?? true,
    toSvg: () => made().toSvg(),
    toRows: () => made().toRows(),
    destroy() {
      destroyed = true;
      inner?.destroy();
    },
  };
  const redraw = () => requestDraw(card);
  load(redraw).then(
    (loaded) => {
      if (destroyed) {
        loaded.destroy();
        return;
      }
      inner = loaded;
      place.replaceChildren(loaded.element);
      redraw();
    },
    () => {
      place.textContent = 'This card could not be loaded.';
    },
  );
  return card;
}
