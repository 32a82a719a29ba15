import { runDot } from '../cards/run-colours.ts';
import type { Alert } from '../data/alerts.ts';
import type { Store } from '../data/store.ts';
import { element, say } from '../element.ts';
import type { ViewState } from '../state/view-state.ts';

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

/** The runs, each with its colour and a checkbox that hides it. */
class RunsList {
  readonly element: HTMLUListElement = element('ul', { class: 'runs' });
  readonly #store: Store;
  readonly #state: ViewState;
  #shown = '';

  constructor(store: Store, state: ViewState) {
    this.#store = store;
    this.#state = state;
  }

  update(): void {
    const { runs } = this.#store;
    const { hiddenRuns } = this.#state.view;
    const now = JSON.stringify([runs, [...hiddenRuns]]);
    if (now === this.#shown) return;
    this.#shown = now;
    // Replacing the boxes must not lose the focus.
    const focused = this.element.querySelector<HTMLInputElement>('input:focus')?.value;
    this.element.replaceChildren(
      ...runs.map((run, index) => {
        const box = element('input', {
          type: 'checkbox',
          value: run,
          change: () => this.#show(run, box.checked),
        });
        box.checked = !hiddenRuns.has(run);
        const only = element(
          'button',
          { class: 'only', 'aria-label': `Only ${run}`, click: () => this.#only(run) },
          'only',
        );
        return element(
          'li',
          {},
          element('label', { title: run }, box, runDot(index), element('span', {}, run || '.')),
          only,
        );
      }),
    );
    for (const box of this.element.querySelectorAll('input')) if (box.value === focused) box.focus();
  }

  #show(run: string, visible: boolean): void {
    const hiddenRuns = new Set(this.#state.view.hiddenRuns);
    if (visible) hiddenRuns.delete(run);
    else hiddenRuns.add(run);
    this.#state.change({ hiddenRuns });
  }

  /** Hides all others, or shows them again if they are hidden. */
  #only(run: string): void {
    const others = this.#store.runs.filter((one) => one !== run);
    const { hiddenRuns } = this.#state.view;
    const alone = !hiddenRuns.has(run) && others.every((one) => hiddenRuns.has(one));
    this.#state.change({ hiddenRuns: new Set(alone ? [] : others) });
  }
}

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
class AlertsList {
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
      alerts.length === 0 ? 'No alerts.' : alerts.length > MOST ? `and ${alerts.length - MOST} more` : '',
    );
  }
}
