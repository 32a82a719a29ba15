import { element, say } from '../element.ts';

/** A section or a group with a heading that folds it. */
export interface Fold {
  readonly element: HTMLElement;
  readonly heading: HTMLButtonElement;
  readonly count: HTMLElement;
  readonly body: HTMLElement;
}

/** The foldable parts of the page, by key. */
export class Folds {
  readonly #folds: Map<string, Fold> = new Map();
  readonly #folded: Set<string> = new Set();
  readonly #onToggle: () => void;

  constructor(onToggle: () => void) {
    this.#onToggle = onToggle;
  }

  isFolded(key: string): boolean {
    return this.#folded.has(key);
  }

  unfold(key: string): void {
    this.#folded.delete(key);
  }

  /** The fold of a key, made on first use, with this count in its heading. */
  get(key: string, title: string, count: number, level: 'h2' | 'h3'): Fold {
    let fold = this.#folds.get(key);
    if (fold === undefined) {
      fold = this.#make(key, title, level);
      this.#folds.set(key, fold);
    }
    const folded = this.isFolded(key);
    say(fold.count, String(count));
    fold.heading.setAttribute('aria-expanded', String(!folded));
    fold.body.hidden = folded;
    if (folded) fold.body.replaceChildren();
    return fold;
  }

  #make(key: string, title: string, level: 'h2' | 'h3'): Fold {
    const count = element('span', { class: 'count' });
    const toggle = () => {
      if (!this.#folded.delete(key)) this.#folded.add(key);
      this.#onToggle();
    };
    const heading = element('button', { class: 'fold', click: toggle }, title, ' ', count);
    const body = element('div', { class: level === 'h2' ? 'groups' : 'grid' });
    const section = element('section', { 'aria-label': title }, element(level, {}, heading), body);
    return { element: section, heading, count, body };
  }
}

/** Gives an element exactly these children, in this order. Moves only those out of place. */
export function arrange(parent: HTMLElement, children: readonly HTMLElement[]): void {
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
