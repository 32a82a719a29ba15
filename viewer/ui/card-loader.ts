import type { Signal } from '@preact/signals';
import { TagAxis } from '../axes/tag-axis.ts';
import type { Card, CardContext } from '../cards/card.ts';
import { element } from '../element.ts';
import type { CardKind } from './card-kind.ts';
import type { CardScheduler } from './card-scheduler.ts';

/** Identifies a card: one tag of one run, or of all visible runs. */
export interface CardKey {
  readonly kind: CardKind;
  readonly tag: string;
  readonly run: string | undefined;
}

export const cardId = ({ kind, tag, run }: CardKey): string => JSON.stringify([kind, tag, run]);

/** A card of all visible runs gets no run. */
type MakeCard = (context: CardContext, tag: string, run: string) => Card;

/** The code of each kind is loaded when the first data of it come. */
const LOAD: Readonly<Record<CardKind, () => Promise<MakeCard>>> = {
  histogram: async () => (await import('../histograms/histogram-card.ts')).histogramCard,
  scalar: async () => (await import('../scalars/scalar-card.ts')).scalarCard,
  image: async () => (await import('../cards/image-card.ts')).imageCard,
  text: async () => (await import('../cards/text-card.ts')).textCard,
  async activation() {
    const { activationCard } = await import('../activation/activation-card.ts');
    return ({ store, requestDraw }, tag, run) => {
      const { activations } = store;
      const sideOf = (name: string) => ({ name, activations, run: name, tag });
      // The same output in other runs, such as before an edit.
      const isOther = (name: string) => name !== run && activations.offers.get(tag)?.has(name) === true;
      const others = () => store.runs.filter(isOther).map(sideOf);
      return activationCard({ requestDraw }, tag, sideOf(run), { others });
    };
  },
};

/** What has been loaded, for all viewers of the page. */
const loaded = new Map<CardKind, MakeCard>();

/** Loads the code of a kind, so that it is there when a card is made. If it cannot be loaded, the card says so. */
export function preload(kind: CardKind): void {
  if (!loaded.has(kind)) load(kind).catch(() => {});
}

async function load(kind: CardKind): Promise<MakeCard> {
  const make = await LOAD[kind]();
  loaded.set(kind, make);
  return make;
}

function notLoaded(): Card {
  const fail = () => Promise.reject(new Error('this card could not be loaded'));
  const message = element('div', { class: 'body' }, 'This card could not be loaded.');
  return { element: message, draw: () => true, toSvg: fail, toRows: fail, destroy() {} };
}

/** The place of a card in the page. It is empty until opened, since there may be thousands. */
export interface CardPlace {
  readonly key: CardKey;
  readonly element: HTMLElement;
  readonly card: Signal<Card | undefined>;
  /** The version of the data that the card last requested to draw. */
  requested: string;
}

/** Cards are made when they are this near to the visible part of the page, in pixels. */
const NEAR = 400;

/** Makes cards near the visible part of the page, closes those far from it, and requests their drawing. */
export class CardLoader {
  readonly #context: CardContext;
  readonly #scheduler: CardScheduler;
  readonly #places: Map<Element, CardPlace> = new Map();
  /** Open places whose cards are being loaded. */
  readonly #waiting: Set<CardPlace> = new Set();
  readonly #near: IntersectionObserver;
  readonly #seen: IntersectionObserver;
  readonly #sizes: ResizeObserver;

  constructor(context: CardContext, scheduler: CardScheduler) {
    this.#context = context;
    this.#scheduler = scheduler;
    this.#near = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const place = this.#places.get(target);
          if (place === undefined) continue;
          if (isIntersecting) this.open(place);
          // A card with the keyboard's focus stays.
          else if (!target.matches(':focus-within')) this.close(place);
        }
      },
      { rootMargin: `${NEAR}px` },
    );
    this.#seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const card = this.#cardIn(target);
        if (card !== undefined) scheduler.setVisible(card, isIntersecting);
      }
    });
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        const card = this.#cardIn(target);
        if (card !== undefined) scheduler.requestDraw(card);
      }
    });
  }

  #cardIn(element: Element): Card | undefined {
    return this.#places.get(element)?.card.peek();
  }

  /** @returns a function that removes the place */
  add(place: CardPlace): () => void {
    this.#places.set(place.element, place);
    this.#near.observe(place.element);
    return () => {
      this.#near.unobserve(place.element);
      this.close(place);
      this.#places.delete(place.element);
    };
  }

  placeOf(element: Element): CardPlace {
    return this.#places.get(element)!;
  }

  find(id: string): CardPlace | undefined {
    return [...this.#places.values()].find((place) => cardId(place.key) === id);
  }

  /** Makes the card of a place, if there is none: now, or when the code of its kind is loaded. */
  open(place: CardPlace): void {
    if (place.card.peek() !== undefined) return;
    const { kind } = place.key;
    const make = loaded.get(kind);
    if (make !== undefined) {
      this.#show(place, make);
      return;
    }
    this.#waiting.add(place);
    const show = (make: MakeCard) => {
      if (this.#waiting.delete(place)) this.#show(place, make);
    };
    load(kind).then(show, () => show(notLoaded));
  }

  #show(place: CardPlace, make: MakeCard): void {
    const { tag, run } = place.key;
    const card = make(this.#context, tag, run!);
    place.card.value = card;
    place.requested = this.#versionOf(place);
    this.#seen.observe(place.element);
    this.#sizes.observe(place.element);
    this.#scheduler.requestDraw(card);
  }

  /** Destroys the card; the place stays. */
  close(place: CardPlace): void {
    this.#waiting.delete(place);
    const card = place.card.peek();
    if (card === undefined) return;
    this.#seen.unobserve(place.element);
    this.#sizes.unobserve(place.element);
    this.#scheduler.remove(card);
    card.destroy();
    place.card.value = undefined;
  }

  drawChanged(): void {
    for (const place of this.#places.values()) {
      const card = place.card.peek();
      if (card === undefined) continue;
      const version = this.#versionOf(place);
      if (place.requested === version) continue;
      place.requested = version;
      this.#scheduler.requestDataDraw(card);
    }
  }

  /** Requests all cards: the view changed, or the theme. */
  drawAll(): void {
    for (const { card } of this.#places.values()) {
      const made = card.peek();
      if (made !== undefined) this.#scheduler.requestDraw(made);
    }
  }

  destroy(): void {
    this.#near.disconnect();
    this.#seen.disconnect();
    this.#sizes.disconnect();
  }

  /** Increases with each change of the card's data. Unless zoomed, a card shows all of its axis. */
  #versionOf({ key: { kind, tag, run } }: CardPlace): string {
    const { store, state, axes } = this.#context;
    const axis = new TagAxis(axes, state, tag);
    const steps = axis.steps ?? axis.extent;
    // An activation card draws what it asked for when it comes.
    if (kind === 'activation') return '';
    if (kind === 'image' || kind === 'text') return `${store.version} ${steps}`;
    let sum = 0;
    for (const one of run === undefined ? store.runs : [run]) {
      sum += (kind === 'histogram' ? store.histograms(one, tag) : store.scalars(one, tag))?.version ?? 0;
    }
    return `${sum} ${steps}`;
  }
}
