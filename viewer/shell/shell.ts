import type { CardContext } from '../cards/card.ts';
import { CLOCK } from '../clock.ts';
import { KINDS, type Store } from '../data/store.ts';
import { element, say } from '../element.ts';
import type { CellPlace } from '../overview/overview.ts';
import type { Progress } from '../sources/data-source.ts';
import { onlyMarksMoved, ViewState } from '../state/view-state.ts';
import { tagFilter } from '../tag-filter.ts';
import { type UserActivity, userActivity } from '../user-activity.ts';
import { CardLoader } from './card-loader.ts';
import { cardMenu } from './card-menu.ts';
import { CardScheduler } from './card-scheduler.ts';
import { helpDialog } from './help-dialog.ts';
import { handleKey, type KeyActions } from './keyboard.ts';
import { overviewShell } from './overview-shell.ts';
import { Sections } from './sections.ts';
import { sidePanel } from './side.ts';
import { styleSheet } from './style.ts';
import { type ThemeChoice, themeSwitch } from './theme-switch.ts';
import { loadedOf, type SourceState, toolbar } from './toolbar.ts';

export interface ShellOptions {
  /** Default `'auto'`: as the system. */
  readonly theme?: ThemeChoice;
  /** Whether the viewer's keys work while nothing in the page has the focus, for a page without other content. Default false. */
  readonly pageKeys?: boolean;
}

/** At most this many cards are printed. */
const MOST_PRINTED = 200;

export interface Shell {
  readonly state: ViewState;
  readonly activity: UserActivity;
  progress(progress: Progress): void;
  warn(message: string): void;
  destroy(): void;
}

/** Puts the user interface of a viewer into a shadow root. @param follows whether there is a source to pause */
export function openShell(
  shadow: ShadowRoot,
  name: string,
  store: Store,
  follows: boolean,
  { theme = 'auto', pageKeys = false }: ShellOptions,
): Shell {
  const state = new ViewState();
  const root = element('div', { class: 'root' });
  const status = element('div', { class: 'quiet', role: 'status', 'aria-live': 'polite' });
  const empty = element('div', { class: 'empty' });
  const abort = new AbortController();
  const { signal } = abort;
  const source: SourceState = { progress: undefined, paused: false };
  let lastWarning: string | undefined;
  /** The progress that a screen reader announced last, in quarters. */
  let announced = -1;

  const help = helpDialog(follows);
  const keys = pageKeys ? document : root;
  const activity = userActivity({ pointer: root, keys, scrolled: document }, CLOCK, signal);
  const scheduler = new CardScheduler(onData, activity, CLOCK);
  const context: CardContext = { store, state, requestDraw: (card) => scheduler.requestDraw(card) };
  const menu = cardMenu();
  const cards = new CardLoader(context, scheduler, menu.open);
  const sections = new Sections(context, cards);
  const overview = overviewShell(context, scheduler, menu.open, jump);
  const actions = {
    filter() {
      bar.filter.focus();
      bar.filter.select();
    },
    pause,
    move: (direction: 1 | -1) => sections.move(direction),
    theme: (choice: ThemeChoice) => changeTheme({ choice }),
    help: () => help.showModal(),
    side: () => side.element.classList.toggle('folded'),
  };
  const bar = toolbar(name, store, state, source, actions, theme, follows);
  const side = sidePanel(store, state, jump);
  const changeTheme = themeSwitch(root, theme, drawAll, signal);
  const main = element('main', {}, empty, overview.element, sections.element);
  const page = element('div', { class: 'page' }, side.element, main);
  root.append(bar.element, page, status, menu.element, help);
  shadow.adoptedStyleSheets = [styleSheet()];
  shadow.replaceChildren(root);

  const keyActions = { ...actions, pause: follows ? actions.pause : undefined };
  keys.addEventListener('keydown', (event) => onKey(event as KeyboardEvent, keyActions), { signal });
  const paper = matchMedia('print');
  paper.addEventListener('change', () => print(paper.matches), { signal });
  addEventListener('beforeprint', () => print(true), { signal });
  addEventListener('afterprint', () => print(false), { signal });
  const stopState = state.listen((view, before) => {
    if (view.filter !== before.filter || view.runs !== before.runs || view.hiddenRuns !== before.hiddenRuns) {
      sections.update();
      announceFilter();
    }
    if (!onlyMarksMoved(view, before)) updateRest();
  });
  const stopStore = store.listen(() => scheduler.dataChanged());
  onData();
  return {
    state,
    activity,
    progress(progress) {
      source.progress = progress;
      bar.update();
      const quarter = Math.floor(loadedOf(source) * 4);
      if (quarter === announced) return;
      announced = quarter;
      say(status, quarter === 4 ? 'Loaded.' : `Loading: ${quarter * 25} percent.`);
    },
    warn(message) {
      side.warn(message);
      lastWarning = message;
      updateRest();
      say(status, message);
    },
    destroy() {
      abort.abort();
      stopState();
      stopStore();
      cards.destroy();
      overview.destroy();
      scheduler.stop();
      // Chromium's shadow roots keep named radio buttons alive, and with them the whole viewer.
      for (const radio of root.querySelectorAll<HTMLInputElement>('input[type=radio]')) radio.name = '';
      shadow.replaceChildren();
      shadow.adoptedStyleSheets = [];
    },
  };

  function onData(): void {
    if (source.paused) bar.update();
    else {
      sections.update();
      cards.drawChanged();
      overview.update();
      updateRest();
    }
  }

  function updateRest(): void {
    bar.update();
    side.update();
    empty.hidden = KINDS.some((kind) => store.tags(kind).length > 0);
    if (empty.hidden) return;
    say(empty, lastWarning ?? (loadedOf(source) < 1 ? 'Reading…' : 'Nothing has been logged yet.'));
  }

  /** Pauses, or follows again. While paused the view keeps its steps, and new data are not shown. */
  function pause(): void {
    source.paused = !source.paused;
    state.change({ steps: source.paused ? (state.view.steps ?? store.steps) : undefined });
    onData();
  }

  function drawAll(): void {
    cards.drawAll();
    overview.draw();
  }

  function jump({ run, tag, step }: CellPlace): void {
    const kind = store.histograms(run, tag) === undefined ? 'scalar' : 'histogram';
    const { hiddenRuns, steps } = state.view;
    state.change({
      hover: { step, tag, run },
      hiddenRuns: new Set([...hiddenRuns].filter((one) => one !== run)),
      steps: steps !== undefined && (step < steps[0] || step > steps[1]) ? undefined : steps,
    });
    sections.jump({ kind, tag, run });
  }

  function onKey(event: KeyboardEvent, actions: KeyActions): void {
    if (help.open) return;
    const from = event.composedPath()[0];
    // Not the keys of other parts of the page.
    if (from !== document.body && !(from instanceof Node && shadow.contains(from))) return;
    if (handleKey(event, state, actions)) event.preventDefault();
  }

  function announceFilter(): void {
    const { filter } = state.view;
    const { matches } = tagFilter(filter);
    const tags = KINDS.flatMap((kind) => store.tags(kind));
    say(status, filter === '' ? '' : `${tags.filter(matches).length} of ${tags.length} tags`);
  }

  /** Lays all cards out for paper, in the light theme, and afterwards for the screen again. */
  function print(onPaper: boolean): void {
    root.toggleAttribute('data-paper', onPaper);
    changeTheme({ paper: onPaper });
    drawAll();
    if (!onPaper) return;
    sections.reopenAll(MOST_PRINTED);
    scheduler.drawNow();
  }
}
