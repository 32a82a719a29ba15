import type { Card, CardContext } from '../cards/card.ts';
import { ImageCard } from '../cards/image-card.ts';
import { ScalarCard } from '../cards/scalar-card.ts';
import { TextCard } from '../cards/text-card.ts';
import type { Place } from './card-frame.ts';

/** The card of a place. */
export function makeCard({ kind, tag, run }: Place, context: CardContext): Card {
  switch (kind) {
    case 'scalar':
      return new ScalarCard(context, tag);
    case 'image':
      return new ImageCard(context, tag, run!);
    default:
      return new TextCard(context, tag, run!);
  }
}
