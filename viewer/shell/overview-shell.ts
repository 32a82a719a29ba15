import type { CardContext } from '../cards/card.ts';
import { element } from '../element.ts';
import { Overview } from '../overview/overview.ts';
import type { MenuOwner, OpenMenu } from './card-menu.ts';
import type { Scheduler } from './scheduler.ts';

/** The heading and the menu around the overview. */
export class OverviewShell implements MenuOwner {
  readonly element: HTMLElement;
  readonly title = 'overview';
  readonly #context: CardContext;
  readonly #scheduler: Scheduler;
  readonly #card: Overview;
  readonly #stop: () => void;

  constructor(
    context: CardContext,
    scheduler: Scheduler,
    openMenu: OpenMenu,
    choose: (at: { tag: string; run: string; step: number }) => void,
  ) {
    this.#context = context;
    this.#scheduler = scheduler;
    this.#card = new Overview(context, choose);
    const card = this.#card;
    const menu: HTMLButtonElement = element(
      'button',
      { class: 'icon', 'aria-label': 'Menu of the overview', click: () => openMenu(this, menu) },
      '⋯',
    );
    const fold: HTMLButtonElement = element(
      'button',
      {
        class: 'fold',
        'aria-expanded': 'true',
        click: () => {
          card.element.hidden = !card.element.hidden;
          menu.hidden = card.element.hidden;
          fold.setAttribute('aria-expanded', String(!card.element.hidden));
        },
      },
      'Overview',
    );
    this.element = element(
      'section',
      { class: 'overview', 'aria-label': 'Overview' },
      element('header', {}, element('h2', {}, fold), menu),
      card.element,
    );
    const seen = new IntersectionObserver(([entry]) => scheduler.setVisible(card, entry!.isIntersecting));
    seen.observe(card.element);
    let width = -1;
    const sizes = new ResizeObserver(([entry]) => {
      // The overview sets its own height.
      if (entry!.contentRect.width === width) return;
      width = entry!.contentRect.width;
      context.requestDraw(card);
    });
    sizes.observe(card.element);
    this.#stop = () => {
      seen.disconnect();
      sizes.disconnect();
      scheduler.remove(card);
      card.destroy();
    };
  }

  open(): Overview {
    return this.#card;
  }

  /** For new data. */
  update(): void {
    this.element.hidden = this.#context.store.tags('histogram').length === 0;
    this.#scheduler.requestDataDraw(this.#card);
  }

  /** For another theme. */
  draw(): void {
    this.#context.requestDraw(this.#card);
  }

  destroy(): void {
    this.#stop();
  }
}
