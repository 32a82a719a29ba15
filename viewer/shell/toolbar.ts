import { choice } from '../choice.ts';
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

/** How far the source is. */
export interface SourceState {
  progress: Progress | undefined;
  paused: boolean;
}

/** The share that is loaded, 0 to 1. */
export const loadedOf = ({ progress }: SourceState): number =>
  progress === undefined || progress.total === 0 ? 1 : Math.min(1, progress.read / progress.total);

export interface ToolbarActions {
  pause(): void;
  theme(choice: ThemeChoice): void;
  help(): void;
  side(): void;
}

/** The name, the progress, the filter, and the switches of the view. @param source is read at each update */
export function toolbar(
  name: string,
  store: Store,
  state: ViewState,
  source: SourceState,
  actions: ToolbarActions,
  theme: ThemeChoice,
  follows: boolean,
): { element: HTMLElement; filter: HTMLInputElement; update(): void } {
  const status = element('span', { class: 'status' });
  const bar = element('progress', { max: 1, 'aria-label': 'Loading', hidden: true });
  const mistake = element('p', { id: 'mistake', hidden: true });
  const filter: HTMLInputElement = element('input', {
    type: 'search',
    placeholder: 'Filter tags',
    'aria-label': 'Filter tags: text, or /a regular expression/',
    'aria-describedby': 'mistake',
    title: 'Text that tags hold, or /a regular expression/',
    spellcheck: 'false',
    autocomplete: 'off',
    input: () => state.change({ filter: filter.value }),
  });
  const showAll = () => state.change({ steps: undefined });
  const zoom = element('button', { class: 'chip', title: 'Show all steps', hidden: true, click: showAll });
  const pause = element('button', { class: 'plain', hidden: !follows, click: () => actions.pause() });
  const runs = choice(state, 'runs', 'Runs', { 'side by side': 'Side by side', overlaid: 'Overlaid' });
  const choices = [
    choice(state, 'histograms', 'Histograms', { heat: 'Heat', ridge: 'Ridge', overlay: 'Overlay' }),
    choice(state, 'valueAxis', 'Value axis', { symlog: 'Symlog', linear: 'Linear' }),
    runs,
  ];
  const smoothing: HTMLInputElement = element('input', {
    type: 'range',
    min: 0,
    max: 0.999,
    step: 0.001,
    'aria-label': 'Smoothing of scalars',
    input: () => state.change({ smoothing: Number(smoothing.value) }),
  });
  const weight = element('output', { class: 'number' });
  const bend = () => state.change({ scalarAxis: state.view.scalarAxis === 'linear' ? 'symlog' : 'linear' });
  const title = 'A symmetric-log axis for scalars';
  const logarithmic = element('button', { class: 'plain', title, click: bend }, 'Log');
  const label = element('label', {}, 'Smoothing', smoothing, weight);
  const scalars = element('div', { class: 'smoothing' }, label, logarithmic);
  const themes = element('button', { class: 'icon', click: () => actions.theme(showTheme(NEXT_THEME[theme])) });
  const showTheme = (next: ThemeChoice) => {
    theme = next;
    const [sign, colours] = THEMES[theme];
    say(themes, sign);
    themes.title = `Colours: ${colours}`;
    themes.setAttribute('aria-label', themes.title);
    return theme;
  };
  showTheme(theme);
  const fold = () => {
    side.setAttribute('aria-expanded', String(side.getAttribute('aria-expanded') === 'false'));
    actions.side();
  };
  const folded = { class: 'plain side-switch', 'aria-expanded': 'false', click: fold };
  const side: HTMLElement = element('button', folded, 'Runs and alerts');
  return {
    filter,
    element: element(
      'header',
      { class: 'toolbar' },
      element('div', { class: 'title' }, element('h1', { title: name }, name), status),
      zoom,
      element('span', { class: 'space' }),
      element('div', { class: 'filter' }, filter, mistake),
      element('div', { class: 'tools' }, ...choices.map((one) => one.element), scalars, pause),
      side,
      themes,
      element('button', { class: 'icon', 'aria-label': 'Keys and help', click: () => actions.help() }, '?'),
      bar,
    ),
    update() {
      const { view } = state;
      const { steps } = store;
      const { progress, paused } = source;
      const loaded = loadedOf(source);
      bar.hidden = loaded === 1;
      bar.value = loaded;
      pause.setAttribute('aria-pressed', String(paused));
      say(pause, paused ? 'Follow' : 'Pause');
      const range = steps === undefined ? 'no data yet' : `steps ${steps[0]}–${steps[1]}`;
      const loading = `${Math.floor(loaded * 100)} % of ${formatBytes(progress?.total ?? 0)}`;
      say(status, loaded < 1 ? loading : paused ? `paused · ${range}` : range);
      zoom.hidden = view.steps === undefined || paused;
      if (view.steps !== undefined) say(zoom, `steps ${view.steps.map(Math.round).join('–')} ✕`);
      for (const one of choices) one.update();
      runs.element.hidden = store.runs.length < 2;
      smoothing.value = String(view.smoothing);
      logarithmic.setAttribute('aria-pressed', String(view.scalarAxis === 'symlog'));
      scalars.hidden = store.tags('scalar').length === 0;
      say(weight, view.smoothing.toFixed(2));
      if (filter.value !== view.filter) filter.value = view.filter;
      const { mistake: why } = tagFilter(view.filter);
      filter.setAttribute('aria-invalid', String(why !== undefined));
      mistake.hidden = why === undefined;
      say(mistake, why ?? '');
    },
  };
}
