import { computed, type ReadonlySignal, untracked } from '@preact/signals-core';
import type { Store } from '../data/store.ts';
import { nameFilter } from '../names/name-filter.ts';
import type { ViewState } from '../state/view-state.ts';
import { CARD_KINDS, type CardKind } from './card-kind.ts';
import type { CardKey } from './card-loader.ts';
import { type TagGroup, tagGroups } from './tag-groups.ts';

export const TITLES: Readonly<Record<CardKind, string>> = {
  histogram: 'Histograms',
  activation: 'Activations',
  scalar: 'Scalars',
  image: 'Images',
  text: 'Text',
};

/** A section of the page. */
export interface Outline {
  readonly kind: CardKind;
  readonly tags: readonly string[];
  readonly groups: readonly TagGroup[];
}

/** Identifies the fold of a group. */
export const groupKey = (kind: CardKind, { name }: TagGroup): string => `${kind} ${name}`;

/** Whether a heading folds a group of a section. */
export const hasHeading = (groups: readonly TagGroup[], { name }: TagGroup): boolean =>
  groups.length > 1 && name !== '';

/**
 * The tags that pass the filter. Changes only when series come or go, and with the filter.
 * @param shown the version of the store that the page shows
 */
export function outlineOf(
  store: Store,
  state: ViewState,
  shown: ReadonlySignal<number>,
): ReadonlySignal<readonly Outline[]> {
  const shape = computed(() => {
    shown.value;
    return untracked(() => store.shape);
  });
  const filter = computed(() => state.view.filter);
  return computed(() => {
    shape.value;
    const { matches } = nameFilter(filter.value);
    return CARD_KINDS.flatMap((kind) => {
      const tags = tagsOfKind(store, kind).filter(matches);
      return tags.length === 0 ? [] : [{ kind, tags, groups: tagGroups(tags) }];
    });
  });
}

/** The kinds of cards that a store has data for. */
export const kindsIn = (store: Store): CardKind[] => CARD_KINDS.filter((kind) => tagsOfKind(store, kind).length > 0);

/** The tags of all cards. */
export const allTags = (store: Store): string[] => CARD_KINDS.flatMap((kind) => tagsOfKind(store, kind));

const tagsOfKind = (store: Store, kind: CardKind): readonly string[] =>
  kind === 'activation' ? [...store.activations.offers.keys()] : store.tags(kind);

/** The cards of some tags. */
export function cardKeys(
  store: Store,
  kind: CardKind,
  tags: readonly string[],
  runs: 'overlaid' | 'side by side',
  hiddenRuns: ReadonlySet<string>,
): CardKey[] {
  if (kind === 'scalar' || (kind === 'histogram' && runs === 'overlaid')) {
    return tags.map((tag) => ({ kind, tag, run: undefined }));
  }
  if (kind === 'activation') {
    const { offers } = store.activations;
    const isOffered = (run: string, tag: string) => offers.get(tag)?.has(run) === true && !hiddenRuns.has(run);
    return tags.flatMap((tag) => store.runs.filter((run) => isOffered(run, tag)).map((run) => ({ kind, tag, run })));
  }
  const method = ({ histogram: 'histograms', image: 'images', text: 'texts' } as const)[kind];
  const visible = store.runs.filter((run) => !hiddenRuns.has(run));
  const isLogged = (run: string, tag: string) => (store[method](run, tag)?.length ?? 0) > 0;
  return tags.flatMap((tag) => visible.filter((run) => isLogged(run, tag)).map((run) => ({ kind, tag, run })));
}
