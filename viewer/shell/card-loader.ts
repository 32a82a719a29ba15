import type { CardContext } from '../cards/card.ts';
import type { OpenMenu } from './card-menu.ts';
import type { CardScheduler } from './card-scheduler.ts';
import { type CardKey, CardShell, cardId } from './card-shell.ts';

/** Cards are made when they are this near to the visible part of the page, in pixels. */
const NEAR = 400;

/** Makes cards near the visible part of the page, closes those far from it, and requests their drawing. */
export class CardLoader {
  readonly #context: CardContext;
  readonly #scheduler: CardScheduler;
  readonly #openMenu: OpenMenu;
  /** By id. Shells that a filter hides are kept, without cards. */
  readonly #shells: Map<string, CardShell> = new Map();
  readonly #byElement: WeakMap<Element, CardShell> = new WeakMap();
  /** The version of the data that each card last requested to draw. */
  readonly #requested: WeakMap<CardShell, string> = new WeakMap();
  readonly #near: IntersectionObserver;
  readonly #seen: IntersectionObserver;
  readonly #sizes: ResizeObserver;

  constructor(context: CardContext, scheduler: CardScheduler, openMenu: OpenMenu) {
    this.#context = context;
    this.#scheduler = scheduler;
    this.#openMenu = openMenu;
    this.#near = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const shell = this.shellOf(target);
          if (isIntersecting) this.open(shell);
          // A card with the keyboard's focus stays.
          else if (!target.matches(':focus-within')) this.close(shell);
        }
      },
      { rootMargin: `${NEAR}px` },
    );
    this.#seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const { card } = this.shellOf(target);
        if (card !== undefined) scheduler.setVisible(card, isIntersecting);
      }
    });
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        const { card } = this.shellOf(target);
        if (card !== undefined) scheduler.requestDraw(card);
      }
    });
  }

  /** The shell of a key, made on first use. */
  shell(key: CardKey): CardShell {
    const id = cardId(key);
    let shell = this.#shells.get(id);
    if (shell === undefined) {
      shell = new CardShell(key, this.#context, this.#openMenu);
      this.#shells.set(id, shell);
      this.#byElement.set(shell.element, shell);
      this.#near.observe(shell.element);
    }
    return shell;
  }

  find(key: CardKey): CardShell | undefined {
    return this.#shells.get(cardId(key));
  }

  shellOf(element: Element): CardShell {
    return this.#byElement.get(element)!;
  }

  open(shell: CardShell): void {
    if (shell.card !== undefined) return;
    const card = shell.open();
    this.#requested.set(shell, this.#versionOf(shell));
    this.#seen.observe(shell.element);
    this.#sizes.observe(shell.element);
    this.#scheduler.requestDraw(card);
  }

  close(shell: CardShell): void {
    if (shell.card === undefined) return;
    this.#seen.unobserve(shell.element);
    this.#sizes.unobserve(shell.element);
    this.#scheduler.remove(shell.card);
    shell.close();
  }

  drawChanged(): void {
    for (const shell of this.#shells.values()) {
      if (shell.card === undefined) continue;
      const version = this.#versionOf(shell);
      if (this.#requested.get(shell) === version) continue;
      this.#requested.set(shell, version);
      this.#scheduler.requestDataDraw(shell.card);
    }
  }

  /** Requests all cards: the view changed, or the theme. */
  drawAll(): void {
    for (const { card } of this.#shells.values()) if (card !== undefined) this.#scheduler.requestDraw(card);
  }

  destroy(): void {
    this.#near.disconnect();
    this.#seen.disconnect();
    this.#sizes.disconnect();
    for (const shell of this.#shells.values()) this.close(shell);
  }

  /** Unless zoomed, a card shows the steps of all tags. */
  #versionOf({ version }: CardShell): string {
    const { store, state } = this.#context;
    return `${version} ${state.view.steps ?? store.steps}`;
  }
}
