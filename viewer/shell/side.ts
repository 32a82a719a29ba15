import { runDot } from '../cards/run-colours.ts';
import type { Alert } from '../data/alerts.ts';
import type { Store } from '../data/store.ts';
import { element, say } from '../element.ts';
import type { ViewState } from '../state/view-state.ts';

/** The latest warnings of the source are kept. */
const MOST_WARNINGS = 20;

/** The panel beside the cards: runs, alerts, and warnings of the source. */
export function sidePanel(
  store: Store,
  state: ViewState,
  jump: (alert: Alert) => void,
): { element: HTMLElement; update(): void; warn(message: string): void } {
  const runs = runsList(store, state);
  const alerts = alertsList(store, jump);
  const count = element('span', { class: 'count' });
  const warnings = element('ul', { class: 'warnings' });
  const source = element('section', { hidden: true }, element('h2', {}, 'Source'), warnings);
  return {
    element: element(
      'aside',
      { class: 'folded', 'aria-label': 'Runs and alerts' },
      element('section', {}, element('h2', {}, 'Runs'), runs.element),
      element('section', {}, element('h2', {}, 'Alerts', count), alerts.element),
      source,
    ),
    update() {
      runs.update();
      alerts.update();
      say(count, String(store.alerts.length || ''));
    },
    warn(message) {
      source.hidden = false;
      warnings.append(element('li', {}, message));
      if (warnings.childElementCount > MOST_WARNINGS) warnings.firstElementChild?.remove();
    },
  };
}

/** The runs, each with its colour and a checkbox that hides it. */
function runsList(store: Store, state: ViewState) {
  const list = element('ul', { class: 'runs' });
  let shown = '';
  const show = (run: string, visible: boolean) => {
    const hiddenRuns = new Set(state.view.hiddenRuns);
    if (visible) hiddenRuns.delete(run);
    else hiddenRuns.add(run);
    state.change({ hiddenRuns });
  };
  /** Hides all other runs, or shows them again if they are hidden. */
  const showOnly = (run: string) => {
    const others = store.runs.filter((one) => one !== run);
    const { hiddenRuns } = state.view;
    const alone = !hiddenRuns.has(run) && others.every((one) => hiddenRuns.has(one));
    state.change({ hiddenRuns: new Set(alone ? [] : others) });
  };
  const update = () => {
    const { runs } = store;
    const { hiddenRuns } = state.view;
    const now = JSON.stringify([runs, [...hiddenRuns]]);
    if (now === shown) return;
    shown = now;
    // Replacing the boxes must not lose the focus.
    const focused = list.querySelector<HTMLInputElement>('input:focus')?.value;
    list.replaceChildren(
      ...runs.map((run, index) => {
        const box = element('input', { type: 'checkbox', value: run, change: () => show(run, box.checked) });
        box.checked = !hiddenRuns.has(run);
        const click = () => showOnly(run);
        const only = element('button', { class: 'only', 'aria-label': `Only ${run}`, click }, 'only');
        const label = element('label', { title: run }, box, runDot(index), element('span', {}, run || '.'));
        return element('li', {}, label, only);
      }),
    );
    for (const box of list.querySelectorAll('input')) if (box.value === focused) box.focus();
  };
  return { element: list, update };
}

const SIGNS: Readonly<Record<Alert['kind'], string>> = {
  nan: 'NaN',
  infinity: '∞',
  dead: '0',
  exploding: '↗',
  constant: '=',
  backwards: '↶',
};

/** Of further alerts, only the number is shown. */
const MOST = 200;

/** The alerts, each a button that goes to its card and step. */
function alertsList(store: Store, jump: (alert: Alert) => void) {
  const list = element('ol', { class: 'alerts' });
  const rest = element('p', { class: 'hint' });
  let shown: Alert | undefined;
  let count = -1;
  const item = (alert: Alert) => {
    const { kind, message, step, tag, run } = alert;
    const where = store.runs.length > 1 ? `${tag} · ${run}` : tag;
    const button = element(
      'button',
      { class: `alert ${kind}`, title: `${message}\n${where}`, click: () => jump(alert) },
      element('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[kind]),
      element('span', { class: 'what' }, message),
      element('span', { class: 'where' }, element('bdi', {}, where)),
      element('span', { class: 'number' }, `step ${step}`),
    );
    return element('li', {}, button);
  };
  const update = () => {
    const { alerts } = store;
    if (alerts.length === count && alerts.at(-1) === shown) return;
    count = alerts.length;
    shown = alerts.at(-1);
    list.replaceChildren(...alerts.slice(0, MOST).map(item));
    say(rest, count === 0 ? 'No alerts.' : count > MOST ? `and ${count - MOST} more` : '');
  };
  return { element: element('div', {}, list, rest), update };
}
