import type { CardContext } from '../cards/card.ts';
import type { SeriesKind } from '../data/store.ts';
import { element, say } from '../element.ts';
import { tagFilter } from '../tag-filter.ts';
import type { OpenMenu } from './card-menu.ts';
import { type CardKey, CardShell, cardId } from './card-shell.ts';
import type { Scheduler } from './scheduler.ts';
import { tagGroups } from './tag-groups.ts';

const TITLES: Readonly<Record<SeriesKind, string>> = {
  histogram: 'Histograms',
  scalar: 'Scalars',
  image: 'Images',
  text: 'Text',
};
const KINDS = Object.keys(TITLES) as SeriesKind[];

/** A card is made when it is so near to what can be seen, in pixels. */
const NEAR = 400;

/** A grid of more cards than this is laid out only where it can be seen. */
const LONG = 60;

/** Something that can be folded: a section, or a group in it. */
interface Fold {
  readonly element: HTMLElement;
  readonly head: HTMLButtonElement;
  readonly count: HTMLElement;
  readonly body: HTMLElement;
}

/** The cards of all tags that the view wants, by kind and by the first part of their names. */
export class Sections {
  readonly element: HTMLElement = element('div', { class: 'sections' });
  readonly #context: CardContext;
  readonly #scheduler: Scheduler;
  readonly #openMenu: OpenMenu;
  /** By their places; those that nobody wants at the moment are kept, without cards: a filter comes and goes. */
  readonly #frames: Map<string, CardShell> = new Map();
  readonly #byElement: WeakMap<Element, CardShell> = new WeakMap();
  /** What of the data each card was asked to draw last. */
  readonly #drawn: WeakMap<CardShell, string> = new WeakMap();
  readonly #folds: Map<string, Fold> = new Map();
  readonly #folded: Set<string> = new Set();
  readonly #near: IntersectionObserver;
  readonly #seen: IntersectionObserver;
  readonly #sizes: ResizeObserver;

  constructor(context: CardContext, scheduler: Scheduler, openMenu: OpenMenu) {
    this.#context = context;
    this.#scheduler = scheduler;
    this.#openMenu = openMenu;
    this.#near = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const frame = this.#byElement.get(target)!;
          if (isIntersecting) this.#open(frame);
          // Who is in a card with the keyboard stays there.
          else if (!target.matches(':focus-within')) this.#close(frame);
        }
      },
      { rootMargin: `${NEAR}px` },
    );
    this.#seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const { card } = this.#byElement.get(target)!;
        if (card !== undefined) this.#scheduler.setVisible(card, isIntersecting);
      }
    });
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        const { card } = this.#byElement.get(target)!;
        if (card !== undefined) this.#scheduler.requestDraw(card);
      }
    });
  }

  /** Frames that stand in the page, from top to bottom. */
  get shown(): CardShell[] {
    return [...this.element.querySelectorAll('.card')].map((one) => this.#byElement.get(one)!);
  }

  /** Makes the page hold what the store and the view say. */
  update(): void {
    const { store, state } = this.#context;
    const { matches } = tagFilter(state.view.filter);
    const sections: HTMLElement[] = [];
    for (const kind of KINDS) {
      const tags = store.tags(kind).filter(matches);
      if (tags.length === 0) continue;
      const section = this.#fold(kind, TITLES[kind], tags.length, 'h2');
      sections.push(section.element);
      if (this.#folded.has(kind)) continue;
      const groups: HTMLElement[] = [];
      const all = tagGroups(tags);
      for (const { name, tags: members } of all) {
        const key = `${kind} ${name}`;
        // What stands alone, and a group that is everything, has no head of its own.
        const group = all.length === 1 || name === '' ? undefined : this.#fold(key, name, members.length, 'h3');
        const grid = group?.body ?? this.#grid(key);
        groups.push(group?.element ?? grid);
        if (group !== undefined && this.#folded.has(key)) continue;
        const frames: HTMLElement[] = [];
        for (const place of this.#places(kind, members)) {
          const frame = this.#frame(place);
          frame.nameRun();
          frames.push(frame.element);
        }
        grid.classList.toggle('long', frames.length > LONG);
        arrange(grid, frames);
      }
      arrange(section.body, groups);
    }
    arrange(this.element, sections);
  }

  /** Asks for the cards whose data changed since they were drawn. */
  drawChanged(): void {
    for (const frame of this.#frames.values()) {
      if (frame.card === undefined) continue;
      const version = this.#versionOf(frame);
      if (this.#drawn.get(frame) === version) continue;
      this.#drawn.set(frame, version);
      this.#scheduler.requestDataDraw(frame.card);
    }
  }

  /** Where nobody zoomed, a card shows all steps that there are, also those of other tags. */
  #versionOf({ version }: CardShell): string {
    const { store, state } = this.#context;
    return `${version} ${state.view.steps ?? store.steps}`;
  }

  /** Asks for all cards: the view changed, or the colours. */
  drawAll(): void {
    for (const { card } of this.#frames.values()) if (card !== undefined) this.#scheduler.requestDraw(card);
  }

  /** Makes the cards of all open sections, for printing. */
  openAll(limit: number): void {
    for (const frame of this.shown.slice(0, limit)) {
      this.#close(frame);
      this.#open(frame);
    }
  }

  /** Brings a card into view and gives it the focus. */
  jump(place: CardKey): void {
    const group = tagGroups(this.#context.store.tags(place.kind)).find(({ tags }) => tags.includes(place.tag));
    this.#folded.delete(place.kind);
    if (group !== undefined) this.#folded.delete(`${place.kind} ${group.name}`);
    if (!tagFilter(this.#context.state.view.filter).matches(place.tag)) this.#context.state.change({ filter: '' });
    this.update();
    const frame = this.#frames.get(cardId(place)) ?? this.#frames.get(cardId({ ...place, run: undefined }));
    if (frame === undefined) return;
    this.#open(frame);
    frame.element.scrollIntoView({ block: 'center' });
    frame.element.focus({ preventScroll: true });
    // Where grids were laid out on the way there, it may have moved.
    requestAnimationFrame(() => frame.element.scrollIntoView({ block: 'center' }));
  }

  /** Gives the focus to the next card, or the one before. */
  move(direction: 1 | -1): void {
    const { shown } = this;
    const now = shown.findIndex(({ element }) => element.matches(':focus-within'));
    const next = shown[now === -1 ? (direction === 1 ? 0 : shown.length - 1) : now + direction];
    if (next === undefined) return;
    this.#open(next);
    next.element.scrollIntoView({ block: 'nearest' });
    next.element.focus({ preventScroll: true });
  }

  destroy(): void {
    this.#near.disconnect();
    this.#seen.disconnect();
    this.#sizes.disconnect();
    for (const frame of this.#frames.values()) this.#close(frame);
  }

  #places(kind: SeriesKind, tags: readonly string[]): CardKey[] {
    const { store, state } = this.#context;
    const { runs, hiddenRuns } = state.view;
    if (kind === 'scalar' || (kind === 'histogram' && runs === 'overlaid')) {
      return tags.map((tag) => ({ kind, tag, run: undefined }));
    }
    const has = { histogram: 'histograms', image: 'images', text: 'texts' } as const;
    const wanted = store.runs.filter((run) => !hiddenRuns.has(run));
    return tags.flatMap((tag) =>
      wanted
        .filter((run) => {
          const series = store[has[kind]](run, tag);
          return series !== undefined && series.length > 0;
        })
        .map((run) => ({ kind, tag, run })),
    );
  }

  #frame(place: CardKey): CardShell {
    const key = cardId(place);
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = new CardShell(place, this.#context, this.#openMenu);
      this.#frames.set(key, frame);
      this.#byElement.set(frame.element, frame);
      this.#near.observe(frame.element);
    }
    return frame;
  }

  #open(frame: CardShell): void {
    if (frame.card !== undefined) return;
    const card = frame.open();
    this.#drawn.set(frame, this.#versionOf(frame));
    this.#seen.observe(frame.element);
    this.#sizes.observe(frame.element);
    this.#scheduler.requestDraw(card);
  }

  #close(frame: CardShell): void {
    if (frame.card === undefined) return;
    this.#seen.unobserve(frame.element);
    this.#sizes.unobserve(frame.element);
    this.#scheduler.remove(frame.card);
    frame.close();
  }

  #grid(key: string): HTMLElement {
    const known = this.#folds.get(`grid ${key}`);
    if (known !== undefined) return known.body;
    const body = element('div', { class: 'grid' });
    this.#folds.set(`grid ${key}`, { element: body, head: element('button'), count: body, body });
    return body;
  }

  #fold(key: string, title: string, count: number, level: 'h2' | 'h3'): Fold {
    let fold = this.#folds.get(key);
    if (fold === undefined) {
      const number = element('span', { class: 'count' });
      const head = element('button', { class: 'fold', click: () => this.#toggle(key) }, title, ' ', number);
      const body = element('div', { class: level === 'h2' ? 'groups' : 'grid' });
      fold = {
        element: element('section', { 'aria-label': title }, element(level, {}, head), body),
        head,
        count: number,
        body,
      };
      this.#folds.set(key, fold);
    }
    const folded = this.#folded.has(key);
    say(fold.count, String(count));
    fold.head.setAttribute('aria-expanded', String(!folded));
    fold.body.hidden = folded;
    if (folded) fold.body.replaceChildren();
    return fold;
  }

  #toggle(key: string): void {
    if (!this.#folded.delete(key)) this.#folded.add(key);
    this.update();
  }
}

/** Gives an element exactly these children, moving only those that stand elsewhere. */
function arrange(parent: HTMLElement, children: readonly HTMLElement[]): void {
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  while (next !== null) {
    const after = next.nextElementSibling;
    next.remove();
    next = after;
  }
}
