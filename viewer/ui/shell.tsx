import { effect, type Signal, signal, untracked } from '@preact/signals';
import { createRef, type JSX, render } from 'preact';
import { Axes } from '../axes/axes.ts';
import type { CardContext } from '../cards/card.ts';
import { CLOCK } from '../clock.ts';
import type { Store } from '../data/store.ts';
import { element } from '../element.ts';
import { nameFilter } from '../names/name-filter.ts';
import type { Progress } from '../sources/data-source.ts';
import type { ViewState } from '../state/view-state.ts';
import { type UserActivity, userActivity } from '../user-activity.ts';
import { CardLoader, preload } from './card-loader.ts';
import { CardScheduler } from './card-scheduler.ts';
import { flushSync } from './flush.ts';
import { handleKey } from './keyboard.ts';
import { later } from './later.tsx';
import { Navigation } from './navigation.ts';
import { NotShown } from './not-shown.tsx';
import { allTags, kindsIn, outlineOf } from './outline.ts';
import { Sections } from './sections.tsx';
import { SidePanel } from './side-panel.tsx';
import { styleSheet } from './style-sheet.ts';
import type { ThemeChoice } from './theme-choice.ts';
import { themeSwitch } from './theme-switch.ts';
import { loadedOf, Toolbar } from './toolbar.tsx';
import { MOST_PRINTED, type Ui, UiContext, useUi } from './ui.ts';

export interface ShellOptions {
  /** Default `'auto'`: as the system. */
  readonly theme?: ThemeChoice;
  /** Whether the viewer's keys work while nothing in the page has the focus, for a page without other content. Default false. */
  readonly pageKeys?: boolean;
}

/** The latest warnings of the source are kept. */
const MOST_WARNINGS = 20;

export interface Shell {
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
  state: ViewState,
  follows: boolean,
  { theme: firstTheme = 'auto', pageKeys = false }: ShellOptions,
): Shell {
  const root = element('div', { class: 'root' });
  const filter = createRef<HTMLInputElement>();
  const isHelpOpen = signal(false);
  const abort = new AbortController();
  const { signal: ended } = abort;
  const [shown, paused] = [signal(store.version), signal(false)];
  const progress = signal<Progress | undefined>(undefined);
  const warnings = signal<readonly string[]>([]);
  const theme = signal(firstTheme);
  const folded = signal<ReadonlySet<string>>(new Set());
  const onPaper = signal(false);
  /** What a screen reader announces. */
  const status = signal('');
  /** The progress that was announced last, in quarters. */
  let announced = -1;

  const keys = pageKeys ? document : root;
  const activity = userActivity({ pointer: root, keys, scrolled: document }, CLOCK, ended);
  const scheduler = new CardScheduler(onData, activity, CLOCK);
  const axes = new Axes(store, state);
  const context: CardContext = { store, state, axes, requestDraw: (card) => scheduler.requestDraw(card) };
  const cards = new CardLoader(context, scheduler);
  const navigation = new Navigation(root, context, cards, folded);
  const { dark, print: printInLight } = themeSwitch(root, theme, () => drawAll(), ended);
  const ui: Ui = {
    name,
    store,
    state,
    shown,
    follows,
    progress,
    paused,
    warnings,
    theme,
    dark,
    sideOpen: signal(false),
    folded,
    outline: outlineOf(store, state, shown),
    context,
    scheduler,
    cards,
    menuOwner: signal(undefined),
    pointed: signal(undefined),
    onPaper,
    navigation,
    pause,
    help,
    warn,
  };
  shadow.adoptedStyleSheets = [styleSheet()];
  shadow.replaceChildren(root);
  render(
    <UiContext.Provider value={ui}>
      <Toolbar filter={filter} />
      <div class="page">
        <SidePanel />
        <main>
          <Empty />
          <Overview />
          <Sections />
          <NotShown />
        </main>
      </div>
      <div class="quiet" role="status" aria-live="polite">
        {status}
      </div>
      <Menu />
      <Help isOpen={isHelpOpen} />
    </UiContext.Provider>,
    root,
  );
  if (pageKeys) {
    const { style } = document.documentElement;
    const stop = effect(() => {
      style.colorScheme = dark.value ? 'dark' : 'light';
      style.background = getComputedStyle(root).backgroundColor;
    });
    ended.addEventListener('abort', () => {
      stop();
      style.colorScheme = style.background = '';
    });
  }
  keys.addEventListener('keydown', (event) => onKey(event as KeyboardEvent), { signal: ended });
  const paper = matchMedia('print');
  paper.addEventListener('change', () => print(paper.matches), { signal: ended });
  addEventListener('beforeprint', () => print(true), { signal: ended });
  addEventListener('afterprint', () => print(false), { signal: ended });
  const stops = [
    // While the first cards are laid out.
    effect(() => {
      store.shape;
      untracked(() => kindsIn(store)).forEach(preload);
    }),
    store.listen(() => scheduler.dataChanged()),
    state.listen((view, before) => {
      if (view.filter !== before.filter || view.runs !== before.runs || view.hiddenRuns !== before.hiddenRuns) {
        announceFilter();
      }
    }),
  ];
  return {
    activity,
    progress(now) {
      progress.value = now;
      const quarter = Math.floor(loadedOf(now) * 4);
      if (quarter === announced) return;
      announced = quarter;
      status.value = quarter === 4 ? 'Loaded.' : `Loading: ${quarter * 25} percent.`;
    },
    warn,
    destroy() {
      abort.abort();
      for (const stop of stops) stop();
      // Chromium's shadow roots keep named radio buttons alive, and with them the whole viewer.
      for (const radio of root.querySelectorAll<HTMLInputElement>('input[type=radio]')) radio.name = '';
      render(null, root);
      cards.destroy();
      scheduler.stop();
      shadow.replaceChildren();
      shadow.adoptedStyleSheets = [];
    },
  };

  function onData(): void {
    if (paused.value) return;
    shown.value = store.version;
    cards.drawChanged();
  }

  /** Pauses, or follows again. While paused the axes stay, and new data are not shown. */
  function pause(): void {
    paused.value = !paused.value;
    store.activations.isHeld = paused.value;
    state.change({ steps: paused.value ? axes.frozen() : new Map() });
    onData();
  }

  function warn(message: string): void {
    warnings.value = [...warnings.value.filter((one) => one !== message), message].slice(-MOST_WARNINGS);
    status.value = message;
  }

  function help(): void {
    isHelpOpen.value = true;
  }

  function drawAll(): void {
    cards.drawAll();
  }

  function onKey(event: KeyboardEvent): void {
    if (isHelpOpen.value) return;
    const from = event.composedPath()[0];
    // Not the keys of other parts of the page.
    if (from !== document.body && !(from instanceof Node && shadow.contains(from))) return;
    const select = () => {
      filter.current!.focus();
      filter.current!.select();
    };
    const move = (direction: 1 | -1) => navigation.move(direction);
    const actions = { filter: select, help, pause: follows ? pause : undefined, move };
    if (handleKey(event, state, actions)) event.preventDefault();
  }

  function announceFilter(): void {
    const { filter } = state.view;
    const { matches } = nameFilter(filter);
    const tags = allTags(store);
    status.value = filter === '' ? '' : `${tags.filter(matches).length} of ${tags.length} tags`;
  }

  /** Lays all cards out for paper, in the light theme, and afterwards for the screen again. */
  function print(isOnPaper: boolean): void {
    root.toggleAttribute('data-paper', isOnPaper);
    printInLight(isOnPaper);
    flushSync(() => {
      onPaper.value = isOnPaper;
    });
    drawAll();
    if (!isOnPaper) return;
    flushSync(() => {
      for (const place of navigation.places.slice(0, MOST_PRINTED)) {
        cards.close(place);
        cards.open(place);
      }
    });
    scheduler.drawNow();
  }
}

const OverviewFrame = later(async () => (await import('../overview/overview-frame.tsx')).OverviewFrame);

/** The overview, if there are histograms. */
function Overview(): JSX.Element | null {
  const { store, shown } = useUi();
  shown.value;
  return store.tags('histogram').length > 0 ? <OverviewFrame /> : null;
}

const CardMenu = later(async () => (await import('./card-menu.tsx')).CardMenu);

function Menu(): JSX.Element | null {
  const owner = useUi().menuOwner.value;
  return owner === undefined ? null : <CardMenu of={owner} />;
}

const HelpDialog = later(async () => (await import('./help-dialog.tsx')).HelpDialog);

function Help({ isOpen }: { isOpen: Signal<boolean> }): JSX.Element | null {
  const closed = () => {
    isOpen.value = false;
  };
  return isOpen.value ? <HelpDialog closed={closed} /> : null;
}

/** What the page says while there is nothing to show. */
function Empty(): JSX.Element {
  const { store, shown, warnings, progress } = useUi();
  shown.value;
  const some = allTags(store).length > 0;
  const reading = loadedOf(progress.value) < 1 ? 'Reading…' : 'Nothing has been logged yet.';
  return (
    <div class="empty" hidden={some}>
      {some ? '' : (warnings.value.at(-1) ?? reading)}
    </div>
  );
}
