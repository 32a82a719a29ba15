import type { Signal } from '@preact/signals';
import { signal } from '@preact/signals';
import { TagAxis } from '../axes/tag-axis.ts';
import type { CardContext } from '../cards/card.ts';
import { nameFilter } from '../names/name-filter.ts';
import type { CellPlace } from '../overview/block.ts';
import { type CardLoader, type CardPlace, cardId } from './card-loader.ts';
import { flushSync } from './flush.ts';
import { groupKey } from './outline.ts';
import { tagGroups } from './tag-groups.ts';

/** Going to cards and to headings: what is in the way of them, such as a filter or a fold, is taken away. */
export class Navigation {
  /** The id of a card that the user goes to: its block is made. */
  readonly wanted: Signal<string | undefined> = signal(undefined);
  readonly #root: HTMLElement;
  readonly #context: CardContext;
  readonly #cards: CardLoader;
  readonly #folded: Signal<ReadonlySet<string>>;

  constructor(root: HTMLElement, context: CardContext, cards: CardLoader, folded: Signal<ReadonlySet<string>>) {
    this.#root = root;
    this.#context = context;
    this.#cards = cards;
    this.#folded = folded;
  }

  /** The cards in the page, from top to bottom. */
  get places(): CardPlace[] {
    return [...this.#root.querySelectorAll('.card')].map((element) => this.#cards.placeOf(element));
  }

  /** Goes to a card and a step. */
  jump({ run, tag, step }: CellPlace): void {
    const { store, state, axes } = this.#context;
    const kind = store.histograms(run, tag) === undefined ? 'scalar' : 'histogram';
    const { hiddenRuns, filter } = state.view;
    const axis = new TagAxis(axes, state, tag);
    const group = tagGroups(store.tags(kind)).find(({ tags }) => tags.includes(tag));
    const isOne = kind === 'histogram' && state.view.runs === 'side by side';
    const id = cardId({ kind, tag, run: isOne ? run : undefined });
    flushSync(() => {
      state.change({
        hover: { step, tag, run },
        hiddenRuns: new Set([...hiddenRuns].filter((one) => one !== run)),
        filter: nameFilter(filter).matches(tag) ? filter : '',
      });
      const { steps, hover } = axis;
      if (steps !== undefined && hover !== undefined && (hover.at < steps[0] || hover.at > steps[1])) {
        axis.change({ steps: undefined });
      }
      this.#unfold(kind, ...(group === undefined ? [] : [groupKey(kind, group)]));
      this.wanted.value = id;
    });
    const place = this.#cards.find(id);
    if (place === undefined) return;
    this.#focus(place, 'center');
    // Again: grids laid out on the way may have moved it.
    requestAnimationFrame(() => place.element.scrollIntoView({ block: 'center' }));
  }

  /** Goes to the heading of a fold. */
  goTo(fold: string): void {
    flushSync(() => this.#unfold(fold, fold.split(' ')[0]!));
    const heading = this.#root.querySelector(`[data-fold="${CSS.escape(fold)}"] .fold`) as HTMLElement;
    heading.scrollIntoView({ block: 'start' });
    heading.focus({ preventScroll: true });
  }

  /** Goes to the next card, or to the one before. */
  move(direction: 1 | -1): void {
    const all = this.places;
    const focused = all.findIndex(({ element }) => element.matches(':focus-within'));
    const next = all[focused === -1 ? (direction === 1 ? 0 : all.length - 1) : focused + direction];
    if (next !== undefined) this.#focus(next, 'nearest');
  }

  #unfold(...keys: readonly string[]): void {
    this.#folded.value = new Set([...this.#folded.value].filter((key) => !keys.includes(key)));
  }

  #focus(place: CardPlace, block: ScrollLogicalPosition): void {
    this.#cards.open(place);
    place.element.scrollIntoView({ block });
    place.element.focus({ preventScroll: true });
  }
}
