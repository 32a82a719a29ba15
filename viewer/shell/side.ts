import type { Alert } from '../data/alerts.ts';
import type { Store } from '../data/store.ts';
import { element, say } from '../element.ts';
import type { ViewState } from '../state/view-state.ts';
import { AlertsList } from './alerts-list.ts';
import { RunsList } from './runs-list.ts';

/** The latest warnings of the source are kept. */
const MOST_WARNINGS = 20;

/** The panel beside the cards: runs, alerts, and warnings of the source. */
export class Side {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #runs: RunsList;
  readonly #alerts: AlertsList;
  readonly #count: HTMLElement = element('span', { class: 'count' });
  readonly #warnings: HTMLUListElement = element('ul', { class: 'warnings' });
  readonly #source: HTMLElement;

  constructor(store: Store, state: ViewState, jump: (alert: Alert) => void) {
    this.#store = store;
    this.#runs = new RunsList(store, state);
    this.#alerts = new AlertsList(store, jump);
    this.#source = element('section', { hidden: true }, element('h2', {}, 'Source'), this.#warnings);
    this.element = element(
      'aside',
      { class: 'folded', 'aria-label': 'Runs and alerts' },
      element('section', {}, element('h2', {}, 'Runs'), this.#runs.element),
      element('section', {}, element('h2', {}, 'Alerts', this.#count), this.#alerts.element),
      this.#source,
    );
  }

  update(): void {
    this.#runs.update();
    this.#alerts.update();
    say(this.#count, String(this.#store.alerts.length || ''));
  }

  warn(message: string): void {
    this.#source.hidden = false;
    this.#warnings.append(element('li', {}, message));
    if (this.#warnings.childElementCount > MOST_WARNINGS) this.#warnings.firstElementChild?.remove();
  }
}
