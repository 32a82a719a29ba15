import { runDot } from '../cards/run-colours.ts';
import type { Store } from '../data/store.ts';
import { element } from '../element.ts';
import type { ViewState } from '../state/view-state.ts';

/** The runs, each with its colour and a checkbox that hides it. */
export class RunsList {
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
