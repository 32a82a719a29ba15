import type { Card, CardContext } from '../cards/card.ts';
import { runDot } from '../cards/run-colours.ts';
import type { SeriesKind } from '../data/store.ts';
import { element } from '../element.ts';
import type { OpenMenu } from './card-menu.ts';
import { makeCard } from './make-card.ts';

/** What a card shows: one tag, of one run, or of all runs that are not hidden. */
export interface CardKey {
  readonly kind: SeriesKind;
  readonly tag: string;
  readonly run: string | undefined;
}

/** A name for a place that no other place has. */
export const cardId = ({ kind, tag, run }: CardKey): string => JSON.stringify([kind, tag, run]);

/** What stands around a card: its title and its menu. Empty until somebody comes near, for there may be thousands. */
export class CardShell {
  readonly element: HTMLElement;
  readonly place: CardKey;
  readonly #context: CardContext;
  readonly #openMenu: OpenMenu;
  readonly #run: HTMLElement = element('span', { class: 'run' });
  #colour = -1;
  #card: Card | undefined;

  constructor(place: CardKey, context: CardContext, openMenu: OpenMenu) {
    this.place = place;
    this.#context = context;
    this.#openMenu = openMenu;
    this.element = element('article', { class: `card ${place.kind}`, tabindex: -1, 'aria-label': this.title });
  }

  get card(): Card | undefined {
    return this.#card;
  }

  /** The tag, and the run if it is of one. */
  get title(): string {
    const { tag, run } = this.place;
    return run === undefined ? tag : `${tag}, ${run}`;
  }

  /** Makes the card, if there is none. */
  open(): Card {
    if (this.#card !== undefined) return this.#card;
    const { tag } = this.place;
    const slash = tag.lastIndexOf('/') + 1;
    const menu: HTMLButtonElement = element(
      'button',
      {
        class: 'icon',
        'aria-label': `Menu of ${this.title}`,
        click: () => this.#openMenu(this, menu),
      },
      '⋯',
    );
    const title = element(
      'h4',
      { title: this.title },
      element('span', { class: 'prefix' }, tag.slice(0, slash)),
      tag.slice(slash),
    );
    this.#card = makeCard(this.place, this.#context);
    this.element.replaceChildren(element('header', {}, title, this.#run, menu), this.#card.element);
    this.nameRun();
    return this.#card;
  }

  /** Says of which run the card is, where there are several. The colours of runs change when another one comes. */
  nameRun(): void {
    const { run } = this.place;
    const { runs } = this.#context.store;
    const colour = run === undefined || runs.length === 1 ? -1 : runs.indexOf(run);
    if (colour === this.#colour) return;
    this.#colour = colour;
    this.#run.replaceChildren(...(colour === -1 ? [] : [runDot(colour), run!]));
  }

  /** Gives the card up; the frame keeps its place. */
  close(): void {
    this.#card?.destroy();
    this.#card = undefined;
    this.element.replaceChildren();
  }

  /** Grows with each change of what the card shows. */
  get version(): number {
    const { store } = this.#context;
    const { kind, tag, run } = this.place;
    if (kind === 'image' || kind === 'text') return store.version;
    let sum = 0;
    for (const one of run === undefined ? store.runs : [run]) {
      sum += (kind === 'histogram' ? store.histograms(one, tag) : store.scalars(one, tag))?.version ?? 0;
    }
    return sum;
  }
}
