import type { CardContext } from '../cards/card.ts';
import { KINDS, type SeriesKind } from '../data/store.ts';
import { element } from '../element.ts';
import { tagFilter } from '../tag-filter.ts';
import type { CardLoader } from './card-loader.ts';
import type { CardKey, CardShell } from './card-shell.ts';
import { arrange, Folds } from './folds.ts';

const TITLES: Readonly<Record<SeriesKind, string>> = {
  histogram: 'Histograms',
  scalar: 'Scalars',
  image: 'Images',
  text: 'Text',
};

/** A grid of more cards than this is laid out only while it is visible. */
const LONG = 60;

/** The cards of all tags that pass the filter, by kind and by the first part of their names. */
export class Sections {
  readonly element: HTMLElement = element('div', { class: 'sections' });
  readonly #context: CardContext;
  readonly #cards: CardLoader;
  readonly #folds: Folds = new Folds(() => this.update());

  constructor(context: CardContext, cards: CardLoader) {
    this.#context = context;
    this.#cards = cards;
  }

  /** Makes the page show what the store and the view hold. */
  update(): void {
    const { store, state } = this.#context;
    const { matches } = tagFilter(state.view.filter);
    const sections: HTMLElement[] = [];
    for (const kind of KINDS) {
      const tags = store.tags(kind).filter(matches);
      if (tags.length === 0) continue;
      const section = this.#folds.get(kind, TITLES[kind], tags.length, 'h2');
      sections.push(section.element);
      if (!this.#folds.isFolded(kind)) arrange(section.body, this.#groups(kind, tags));
    }
    arrange(this.element, sections);
  }

  #groups(kind: SeriesKind, tags: readonly string[]): HTMLElement[] {
    const groups = tagGroups(tags);
    return groups.map(({ name, tags: members }) => {
      const hasHeading = groups.length > 1 && name !== '';
      // Without a heading nothing folds it.
      const key = `${kind} ${name}${hasHeading ? '' : ' alone'}`;
      const group = this.#folds.get(key, name, members.length, 'h3');
      if (!this.#folds.isFolded(key)) this.#fill(group.body, this.#keys(kind, members));
      return hasHeading ? group.element : group.body;
    });
  }

  #fill(grid: HTMLElement, keys: readonly CardKey[]): void {
    const cards = keys.map((key) => {
      const shell = this.#cards.shell(key);
      shell.nameRun();
      return shell.element;
    });
    grid.classList.toggle('long', cards.length > LONG);
    arrange(grid, cards);
  }

  #keys(kind: SeriesKind, tags: readonly string[]): CardKey[] {
    const { store, state } = this.#context;
    const { runs, hiddenRuns } = state.view;
    if (kind === 'scalar' || (kind === 'histogram' && runs === 'overlaid')) {
      return tags.map((tag) => ({ kind, tag, run: undefined }));
    }
    const method = ({ histogram: 'histograms', image: 'images', text: 'texts' } as const)[kind];
    const visible = store.runs.filter((run) => !hiddenRuns.has(run));
    const isLogged = (run: string, tag: string) => (store[method](run, tag)?.length ?? 0) > 0;
    return tags.flatMap((tag) => visible.filter((run) => isLogged(run, tag)).map((run) => ({ kind, tag, run })));
  }

  /** The cards in the page, from top to bottom. */
  get #shown(): CardShell[] {
    return [...this.element.querySelectorAll('.card')].map((card) => this.#cards.shellOf(card));
  }

  /** Closes and opens the cards of all unfolded sections, up to a limit: for printing. */
  reopenAll(limit: number): void {
    for (const shell of this.#shown.slice(0, limit)) {
      this.#cards.close(shell);
      this.#cards.open(shell);
    }
  }

  jump(key: CardKey): void {
    const { kind, tag } = key;
    const { store, state } = this.#context;
    const group = tagGroups(store.tags(kind)).find(({ tags }) => tags.includes(tag));
    this.#folds.unfold(kind);
    if (group !== undefined) this.#folds.unfold(`${kind} ${group.name}`);
    if (!tagFilter(state.view.filter).matches(tag)) state.change({ filter: '' });
    this.update();
    const shell = this.#cards.find(key) ?? this.#cards.find({ ...key, run: undefined });
    if (shell === undefined) return;
    this.#focus(shell, 'center');
    // Again: grids laid out on the way may have moved it.
    requestAnimationFrame(() => shell.element.scrollIntoView({ block: 'center' }));
  }

  move(direction: 1 | -1): void {
    const shown = this.#shown;
    const focused = shown.findIndex(({ element }) => element.matches(':focus-within'));
    const next = shown[focused === -1 ? (direction === 1 ? 0 : shown.length - 1) : focused + direction];
    if (next !== undefined) this.#focus(next, 'nearest');
  }

  #focus(shell: CardShell, block: ScrollLogicalPosition): void {
    this.#cards.open(shell);
    shell.element.scrollIntoView({ block });
    shell.element.focus({ preventScroll: true });
  }
}

/** Tags under one heading. */
interface TagGroup {
  /** The part of the tags before their first slash; '' for tags without a group. */
  readonly name: string;
  readonly tags: readonly string[];
}

/**
 * Groups tags by the part before their first slash, keeping their order. Tags without a slash, or with a prefix that no other
 * has, come first, together.
 */
export function tagGroups(tags: Iterable<string>): readonly TagGroup[] {
  const byPrefix = new Map<string, string[]>();
  for (const tag of tags) {
    const slash = tag.indexOf('/');
    const prefix = slash > 0 ? tag.slice(0, slash) : '';
    const group = byPrefix.get(prefix);
    if (group === undefined) byPrefix.set(prefix, [tag]);
    else group.push(tag);
  }
  const alone: string[] = [];
  const groups: TagGroup[] = [];
  for (const [name, members] of byPrefix) {
    if (name === '' || members.length === 1) alone.push(...members);
    else groups.push({ name, tags: members });
  }
  return alone.length === 0 ? groups : [{ name: '', tags: alone }, ...groups];
}
