import { Choice } from '../choice.ts';
import type { Store } from '../data/store.ts';
import { element, say } from '../element.ts';
import type { Progress } from '../sources/data-source.ts';
import type { ViewState } from '../state/view-state.ts';
import { tagFilter } from '../tag-filter.ts';
import type { ThemeChoice } from './theme-switch.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In powers of 1000: `0 B`, `950 kB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let size = bytes;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 9.95 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = { auto: 'light', light: 'dark', dark: 'auto' };
const THEMES: Readonly<Record<ThemeChoice, readonly [sign: string, name: string]>> = {
  auto: ['◐', 'as the system'],
  light: ['○', 'light'],
  dark: ['●', 'dark'],
};

export interface ToolbarActions {
  pause(paused: boolean): void;
  theme(choice: ThemeChoice): void;
  help(): void;
  side(): void;
}

/** The name, the progress, the filter, and the switches of the view. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly filter: HTMLInputElement;
  readonly #store: Store;
  readonly #state: ViewState;
  readonly #status: HTMLElement = element('span', { class: 'status' });
  readonly #bar: HTMLProgressElement = element('progress', { max: 1, 'aria-label': 'Loading', hidden: true });
  readonly #mistake: HTMLElement = element('p', { id: 'mistake', hidden: true });
  readonly #zoom: HTMLButtonElement;
  readonly #pause: HTMLButtonElement;
  readonly #histograms: Choice<'heat' | 'ridge' | 'overlay'>;
  readonly #valueAxis: Choice<'symlog' | 'linear'>;
  readonly #runs: Choice<'side by side' | 'overlaid'>;
  readonly #smoothing: HTMLInputElement;
  readonly #weight: HTMLElement = element('output', { class: 'number' });
  readonly #logarithmic: HTMLButtonElement;
  readonly #scalars: HTMLElement;
  #progress: Progress | undefined;
  #paused = false;

  constructor(
    name: string,
    store: Store,
    state: ViewState,
    actions: ToolbarActions,
    theme: ThemeChoice,
    follows: boolean,
  ) {
    this.#store = store;
    this.#state = state;
    this.filter = element('input', {
      type: 'search',
      placeholder: 'Filter tags',
      'aria-label': 'Filter tags: text, or /a regular expression/',
      'aria-describedby': 'mistake',
      title: 'Text that tags hold, or /a regular expression/',
      spellcheck: 'false',
      autocomplete: 'off',
      input: () => state.change({ filter: this.filter.value }),
    });
    this.#zoom = element('button', {
      class: 'chip',
      title: 'Show all steps',
      hidden: true,
      click: () => state.change({ steps: undefined }),
    });
    this.#pause = element(
      'button',
      { class: 'plain', 'aria-pressed': 'false', hidden: !follows, click: () => actions.pause(!this.#paused) },
      'Pause',
    );
    this.#histograms = new Choice('Histograms', { heat: 'Heat', ridge: 'Ridge', overlay: 'Overlay' }, (histograms) =>
      state.change({ histograms }),
    );
    this.#valueAxis = new Choice('Value axis', { symlog: 'Symlog', linear: 'Linear' }, (valueAxis) =>
      state.change({ valueAxis }),
    );
    this.#runs = new Choice('Runs', { 'side by side': 'Side by side', overlaid: 'Overlaid' }, (runs) =>
      state.change({ runs }),
    );
    this.#smoothing = element('input', {
      type: 'range',
      min: 0,
      max: 0.999,
      step: 0.001,
      'aria-label': 'Smoothing of scalars',
      input: () => state.change({ smoothing: Number(this.#smoothing.value) }),
    });
    this.#logarithmic = element(
      'button',
      {
        class: 'plain',
        title: 'A symmetric-log axis for scalars',
        click: () => state.change({ scalarAxis: state.view.scalarAxis === 'linear' ? 'symlog' : 'linear' }),
      },
      'Log',
    );
    let colours = theme;
    const themes = element('button', {
      class: 'icon',
      click: () => {
        colours = NEXT_THEME[colours];
        actions.theme(colours);
        sayColours();
      },
    });
    const sayColours = () => {
      const [sign, name] = THEMES[colours];
      say(themes, sign);
      themes.title = `Colours: ${name}`;
      themes.setAttribute('aria-label', themes.title);
    };
    sayColours();
    const side = element(
      'button',
      {
        class: 'plain side-switch',
        'aria-expanded': 'false',
        click: () => {
          side.setAttribute('aria-expanded', String(side.getAttribute('aria-expanded') === 'false'));
          actions.side();
        },
      },
      'Runs and alerts',
    );
    this.#scalars = element(
      'div',
      { class: 'smoothing' },
      element('label', {}, 'Smoothing', this.#smoothing, this.#weight),
      this.#logarithmic,
    );
    this.element = element(
      'header',
      { class: 'toolbar' },
      element('div', { class: 'title' }, element('h1', { title: name }, name), this.#status),
      this.#zoom,
      element('span', { class: 'space' }),
      element('div', { class: 'filter' }, this.filter, this.#mistake),
      element(
        'div',
        { class: 'tools' },
        this.#histograms.element,
        this.#valueAxis.element,
        this.#runs.element,
        this.#scalars,
        this.#pause,
      ),
      side,
      themes,
      element('button', { class: 'icon', 'aria-label': 'Keys and help', click: () => actions.help() }, '?'),
      this.#bar,
    );
  }

  set progress(progress: Progress) {
    this.#progress = progress;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
    this.#pause.setAttribute('aria-pressed', String(paused));
    say(this.#pause, paused ? 'Follow' : 'Pause');
  }

  /** The share that is loaded, 0 to 1. */
  get loaded(): number {
    if (this.#progress === undefined || this.#progress.total === 0) return 1;
    return Math.min(1, this.#progress.read / this.#progress.total);
  }

  update(): void {
    const { view } = this.#state;
    const { steps } = this.#store;
    this.#bar.hidden = this.loaded === 1;
    this.#bar.value = this.loaded;
    const range = steps === undefined ? 'no data yet' : `steps ${steps[0]}–${steps[1]}`;
    const loading = `${Math.floor(this.loaded * 100)} % of ${formatBytes(this.#progress?.total ?? 0)}`;
    say(this.#status, this.loaded < 1 ? loading : this.#paused ? `paused · ${range}` : range);
    this.#zoom.hidden = view.steps === undefined || this.#paused;
    if (view.steps !== undefined) {
      say(this.#zoom, `steps ${Math.round(view.steps[0])}–${Math.round(view.steps[1])} ✕`);
    }
    this.#histograms.value = view.histograms;
    this.#valueAxis.value = view.valueAxis;
    this.#runs.value = view.runs;
    this.#runs.element.hidden = this.#store.runs.length < 2;
    this.#smoothing.value = String(view.smoothing);
    this.#logarithmic.setAttribute('aria-pressed', String(view.scalarAxis === 'symlog'));
    this.#scalars.hidden = this.#store.tags('scalar').length === 0;
    say(this.#weight, view.smoothing.toFixed(2));
    if (this.filter.value !== view.filter) this.filter.value = view.filter;
    const { mistake } = tagFilter(view.filter);
    this.filter.setAttribute('aria-invalid', String(mistake !== undefined));
    this.#mistake.hidden = mistake === undefined;
    say(this.#mistake, mistake ?? '');
  }
}
