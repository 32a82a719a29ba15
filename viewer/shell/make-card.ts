import type { Card, CardContext } from '../cards/card.ts';
import { HistogramCard } from '../cards/histogram-card.ts';
import { ImageCard } from '../cards/image-card.ts';
import { ScalarCard } from '../cards/scalar-card.ts';
import { TextCard } from '../cards/text-card.ts';
import type { CardKey } from './card-shell.ts';

/** The card of a place. */
export function makeCard({ kind, tag, run }: CardKey, context: CardContext): Card {
  switch (kind) {
    case 'histogram':
      return new HistogramCard(context, tag, run);
    case 'scalar':
      return new ScalarCard(context, tag);
    case 'image':
      return new ImageCard(context, tag, run!);
    case 'text':
      return new TextCard(context, tag, run!);
  }
}
