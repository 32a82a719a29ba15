import type { Card, CardContext } from '../cards/card.ts';
import { histogramCard } from '../cards/histogram-card.ts';
import { runDot } from '../cards/run-colours.ts';
import { scalarCard } from '../cards/scalar-card.ts';
import { imageCard, textCard } from '../cards/slider-cards.ts';
import type { SeriesKind } from '../data/store.ts';
import { element } from '../element.ts';
import { menuButton, type OpenMenu } from './card-menu.ts';

/** Identifies a card: one tag of one run, or of all visible runs. */
export interface CardKey {
  readonly kind: SeriesKind;
  readonly tag: string;
  readonly run: string | undefined;
}

export const cardId = ({ kind, tag, run }: CardKey): string => JSON.stringify([kind, tag, run]);

function makeCard({ kind, tag, run }: CardKey, context: CardContext): Card {
  if (kind === 'histogram') return histogramCard(context, tag, run);
  if (kind === 'scalar') return scalarCard(context, tag);
  return (kind === 'image' ? imageCard : textCard)(context, tag, run!);
}

/** The title and the menu around a card. Empty until opened, since there may be thousands. */
export class CardShell {
  readonly element: HTMLElement;
  readonly title: string;
  readonly #key: CardKey;
  readonly #context: CardContext;
  readonly #openMenu: OpenMenu;
  readonly #run: HTMLElement = element('span', { class: 'run' });
  #colour = -1;
  #card: Card | undefined;

  constructor(key: CardKey, context: CardContext, openMenu: OpenMenu) {
    const { kind, tag, run } = key;
    this.#key = key;
    this.#context = context;
    this.#openMenu = openMenu;
    this.title = run === undefined ? tag : `${tag}, ${run}`;
    this.element = element('article', { class: `card ${kind}`, tabindex: -1, 'aria-label': this.title });
  }

  get card(): Card | undefined {
    return this.#card;
  }

  /** Makes the card, if there is none. */
  open(): Card {
    if (this.#card !== undefined) return this.#card;
    const { tag } = this.#key;
    const slash = tag.lastIndexOf('/') + 1;
    const prefix = element('span', { class: 'prefix' }, tag.slice(0, slash));
    const title = element('h4', { title: this.title }, prefix, tag.slice(slash));
    const menu = menuButton(this, this.title, this.#openMenu);
    this.#card = makeCard(this.#key, this.#context);
    this.element.replaceChildren(element('header', {}, title, this.#run, menu), this.#card.element);
    this.nameRun();
    return this.#card;
  }

  /** Shows the run, if there are several. Its colour changes when others are added. */
  nameRun(): void {
    const { run } = this.#key;
    const { runs } = this.#context.store;
    const colour = run === undefined || runs.length === 1 ? -1 : runs.indexOf(run);
    if (colour === this.#colour) return;
    this.#colour = colour;
    this.#run.replaceChildren(...(colour === -1 ? [] : [runDot(colour), run!]));
  }

  /** Destroys the card; the shell keeps its place in the page. */
  close(): void {
    this.#card?.destroy();
    this.#card = undefined;
    this.element.replaceChildren();
  }

  /** Increases with each change of the card's data. */
  get version(): number {
    const { store } = this.#context;
    const { kind, tag, run } = this.#key;
    if (kind === 'image' || kind === 'text') return store.version;
    let sum = 0;
    for (const one of run === undefined ? store.runs : [run]) {
      sum += (kind === 'histogram' ? store.histograms(one, tag) : store.scalars(one, tag))?.version ?? 0;
    }
    return sum;
  }
}
