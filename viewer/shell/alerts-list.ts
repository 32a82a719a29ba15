import type { Alert } from '../data/alerts.ts';
import type { Store } from '../data/store.ts';
import { element, say } from '../element.ts';

const SIGNS: Readonly<Record<Alert['kind'], string>> = {
  nan: 'NaN',
  infinity: '∞',
  dead: '0',
  exploding: '↗',
  constant: '=',
  backwards: '↶',
};

/** Of more alerts only the number is shown. */
const MOST = 200;

/** The alerts, each a button that goes to its card and step. */
export class AlertsList {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #jump: (alert: Alert) => void;
  readonly #list: HTMLOListElement = element('ol', { class: 'alerts' });
  readonly #rest: HTMLElement = element('p', { class: 'hint' });
  #shown: Alert | undefined;
  #count = -1;

  constructor(store: Store, jump: (alert: Alert) => void) {
    this.#store = store;
    this.#jump = jump;
    this.element = element('div', {}, this.#list, this.#rest);
  }

  update(): void {
    const { alerts, runs } = this.#store;
    if (alerts.length === this.#count && alerts.at(-1) === this.#shown) return;
    this.#count = alerts.length;
    this.#shown = alerts.at(-1);
    this.#list.replaceChildren(
      ...alerts.slice(0, MOST).map((alert) => {
        const where = runs.length > 1 ? `${alert.tag} · ${alert.run}` : alert.tag;
        return element(
          'li',
          {},
          element(
            'button',
            { class: `alert ${alert.kind}`, title: `${alert.message}\n${where}`, click: () => this.#jump(alert) },
            element('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[alert.kind]),
            element('span', { class: 'what' }, alert.message),
            element('span', { class: 'where' }, element('bdi', {}, where)),
            element('span', { class: 'number' }, `step ${alert.step}`),
          ),
        );
      }),
    );
    say(
      this.#rest,
      alerts.length === 0 ? 'Nothing stands out.' : alerts.length > MOST ? `and ${alerts.length - MOST} more` : '',
    );
  }
}
