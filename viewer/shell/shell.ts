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
import { type OverviewShell, overviewShell } from './overview-shell.ts';
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

/** The user interface of a viewer, in a shadow root. */
export class Shell {
  readonly state: ViewState = new ViewState();
  readonly activity: UserActivity;
  readonly #store: Store;
  readonly #root: HTMLElement = element('div', { class: 'root' });
  readonly #scheduler: CardScheduler;
  readonly #cards: CardLoader;
  readonly #sections: Sections;
  readonly #overview: OverviewShell;
  readonly #toolbar: ReturnType<typeof toolbar>;
  readonly #side: ReturnType<typeof sidePanel>;
  readonly #changeTheme: ReturnType<typeof themeSwitch>;
  readonly #status: HTMLElement = element('div', { class: 'quiet', role: 'status', 'aria-live': 'polite' });
  readonly #empty: HTMLElement = element('div', { class: 'empty' });
  readonly #help: HTMLDialogElement;
  readonly #abort: AbortController = new AbortController();
  readonly #shadow: ShadowRoot;
  readonly #stop: readonly (() => void)[];
  readonly #source: SourceState = { progress: undefined, paused: false };
  #lastWarning: string | undefined;
  /** The progress that a screen reader announced last, in quarters. */
  #announced = -1;

  /** @param follows whether there is a source to pause */
  constructor(
    shadow: ShadowRoot,
    name: string,
    store: Store,
    follows: boolean,
    { theme = 'auto', pageKeys = false }: ShellOptions,
  ) {
    const { signal } = this.#abort;
    const { state } = this;
    this.#store = store;
    this.#help = helpDialog(follows);
    const keys = pageKeys ? document : this.#root;
    this.activity = userActivity({ pointer: this.#root, keys, scrolled: document }, CLOCK, signal);
    this.#scheduler = new CardScheduler(() => this.#onData(), this.activity, CLOCK);
    const context: CardContext = { store, state, requestDraw: (card) => this.#scheduler.requestDraw(card) };
    const menu = cardMenu();
    this.#cards = new CardLoader(context, this.#scheduler, menu.open);
    this.#sections = new Sections(context, this.#cards);
    this.#overview = overviewShell(context, this.#scheduler, menu.open, (at) => this.#jump(at));
    const actions = {
      filter: () => {
        this.#toolbar.filter.focus();
        this.#toolbar.filter.select();
      },
      pause: () => this.#pause(),
      move: (direction: 1 | -1) => this.#sections.move(direction),
      theme: (choice: ThemeChoice) => this.#changeTheme({ choice }),
      help: () => this.#help.showModal(),
      side: () => this.#side.element.classList.toggle('folded'),
    };
    this.#toolbar = toolbar(name, store, state, this.#source, actions, theme, follows);
    this.#side = sidePanel(store, state, (alert) => this.#jump(alert));
    this.#changeTheme = themeSwitch(this.#root, theme, () => this.#drawAll(), signal);
    const main = element('main', {}, this.#empty, this.#overview.element, this.#sections.element);
    const page = element('div', { class: 'page' }, this.#side.element, main);
    this.#root.append(this.#toolbar.element, page, this.#status, menu.element, this.#help);
    this.#shadow = shadow;
    this.#shadow.adoptedStyleSheets = [styleSheet()];
    this.#shadow.replaceChildren(this.#root);

    const keyActions = { ...actions, pause: follows ? actions.pause : undefined };
    keys.addEventListener('keydown', (event) => this.#key(event as KeyboardEvent, keyActions), { signal });
    const paper = matchMedia('print');
    paper.addEventListener('change', () => this.#print(paper.matches), { signal });
    addEventListener('beforeprint', () => this.#print(true), { signal });
    addEventListener('afterprint', () => this.#print(false), { signal });
    const stopState = state.listen((view, before) => {
      if (view.filter !== before.filter || view.runs !== before.runs || view.hiddenRuns !== before.hiddenRuns) {
        this.#sections.update();
        this.#announceFilter();
      }
      if (!onlyMarksMoved(view, before)) this.#updateRest();
    });
    this.#stop = [stopState, store.listen(() => this.#scheduler.dataChanged())];
    this.#onData();
  }

  progress(progress: Progress): void {
    this.#source.progress = progress;
    this.#toolbar.update();
    const quarter = Math.floor(loadedOf(this.#source) * 4);
    if (quarter === this.#announced) return;
    this.#announced = quarter;
    say(this.#status, quarter === 4 ? 'Loaded.' : `Loading: ${quarter * 25} percent.`);
  }

  warn(message: string): void {
    this.#side.warn(message);
    this.#lastWarning = message;
    this.#updateRest();
    say(this.#status, message);
  }

  destroy(): void {
    this.#abort.abort();
    for (const stop of this.#stop) stop();
    this.#cards.destroy();
    this.#overview.destroy();
    this.#scheduler.stop();
    // Chromium's shadow roots keep named radio buttons alive, and with them the whole viewer.
    for (const radio of this.#root.querySelectorAll<HTMLInputElement>('input[type=radio]')) radio.name = '';
    this.#shadow.replaceChildren();
    this.#shadow.adoptedStyleSheets = [];
  }

  #onData(): void {
    if (this.#source.paused) this.#toolbar.update();
    else {
      this.#sections.update();
      this.#cards.drawChanged();
      this.#overview.update();
      this.#updateRest();
    }
  }

  #updateRest(): void {
    this.#toolbar.update();
    this.#side.update();
    this.#empty.hidden = KINDS.some((kind) => this.#store.tags(kind).length > 0);
    if (this.#empty.hidden) return;
    say(this.#empty, this.#lastWarning ?? (loadedOf(this.#source) < 1 ? 'Reading…' : 'Nothing has been logged yet.'));
  }

  /** Pauses, or follows again. While paused the view keeps its steps, and new data are not shown. */
  #pause(): void {
    this.#source.paused = !this.#source.paused;
    this.state.change({ steps: this.#source.paused ? (this.state.view.steps ?? this.#store.steps) : undefined });
    this.#onData();
  }

  #drawAll(): void {
    this.#cards.drawAll();
    this.#overview.draw();
  }

  #jump({ run, tag, step }: CellPlace): void {
    const kind = this.#store.histograms(run, tag) === undefined ? 'scalar' : 'histogram';
    const { hiddenRuns, steps } = this.state.view;
    this.state.change({
      hover: { step, tag, run },
      hiddenRuns: new Set([...hiddenRuns].filter((one) => one !== run)),
      steps: steps !== undefined && (step < steps[0] || step > steps[1]) ? undefined : steps,
    });
    this.#sections.jump({ kind, tag, run });
  }

  #key(event: KeyboardEvent, actions: KeyActions): void {
    if (this.#help.open) return;
    const from = event.composedPath()[0];
    // Not the keys of other parts of the page.
    if (from !== document.body && !(from instanceof Node && this.#shadow.contains(from))) return;
    if (handleKey(event, this.state, actions)) event.preventDefault();
  }

  #announceFilter(): void {
    const { filter } = this.state.view;
    const { matches } = tagFilter(filter);
    const tags = KINDS.flatMap((kind) => this.#store.tags(kind));
    say(this.#status, filter === '' ? '' : `${tags.filter(matches).length} of ${tags.length} tags`);
  }

  /** Lays all cards out for paper, in the light theme, and afterwards for the screen again. */
  #print(paper: boolean): void {
    this.#root.toggleAttribute('data-paper', paper);
    this.#changeTheme({ paper });
    this.#drawAll();
    if (!paper) return;
    this.#sections.openAll(MOST_PRINTED);
    this.#scheduler.drawNow();
  }
}
