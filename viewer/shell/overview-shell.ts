import type { CardContext } from '../cards/card.ts';
import { element } from '../element.ts';
import { type CellPlace, overview } from '../overview/overview.ts';
import { type MenuOwner, menuButton, type OpenMenu } from './card-menu.ts';
import type { CardScheduler } from './card-scheduler.ts';

export interface OverviewShell extends MenuOwner {
  /** Shows new data. */
  update(): void;
  /** Draws the overview again, for another theme. */
  draw(): void;
  destroy(): void;
}

/** The overview with its heading and menu. */
export function overviewShell(
  context: CardContext,
  scheduler: CardScheduler,
  openMenu: OpenMenu,
  choose: (at: CellPlace) => void,
): OverviewShell {
  const card = overview(context, choose);
  const toggle = () => {
    const hidden = !card.element.hidden;
    card.element.hidden = menu.hidden = hidden;
    fold.setAttribute('aria-expanded', String(!hidden));
  };
  const fold: HTMLElement = element('button', { class: 'fold', 'aria-expanded': 'true', click: toggle }, 'Overview');
  const section = element('section', { class: 'overview', 'aria-label': 'Overview' });
  const seen = new IntersectionObserver(([entry]) => scheduler.setVisible(card, entry!.isIntersecting));
  let width = -1;
  const sizes = new ResizeObserver(([entry]) => {
    // The overview sets its own height.
    if (entry!.contentRect.width === width) return;
    width = entry!.contentRect.width;
    context.requestDraw(card);
  });
  const shell: OverviewShell = {
    element: section,
    title: 'overview',
    open: () => card,
    update() {
      section.hidden = context.store.tags('histogram').length === 0;
      scheduler.requestDataDraw(card);
    },
    draw: () => context.requestDraw(card),
    destroy() {
      seen.disconnect();
      sizes.disconnect();
      scheduler.remove(card);
      card.destroy();
    },
  };
  const menu = menuButton(shell, 'the overview', openMenu);
  section.append(element('header', {}, element('h2', {}, fold), menu), card.element);
  seen.observe(card.element);
  sizes.observe(card.element);
  return shell;
}
