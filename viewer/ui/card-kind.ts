import type { SeriesKind } from '../data/run-series.ts';

/** The kinds of cards: of series, and of single outputs. */
export type CardKind = SeriesKind | 'activation';

/** In the order of the page. */
export const CARD_KINDS: readonly CardKind[] = ['histogram', 'activation', 'scalar', 'image', 'text'];
