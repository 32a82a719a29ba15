import { setRunColours } from '../cards/run-colours.ts';

/** `auto` follows the system. */
export type ThemeChoice = 'auto' | 'light' | 'dark';

/** Sets `data-theme` of an element to light or dark: as chosen, but light on paper. */
export class ThemeSwitch {
  readonly #root: HTMLElement;
  readonly #system: MediaQueryList = matchMedia('(prefers-color-scheme: dark)');
  readonly #changed: () => void;
  #choice: ThemeChoice;
  #paper = false;

  constructor(root: HTMLElement, choice: ThemeChoice, changed: () => void, signal: AbortSignal) {
    this.#root = root;
    this.#choice = choice;
    this.#changed = changed;
    this.#system.addEventListener('change', () => this.#apply(), { signal });
    this.#apply();
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    this.#apply();
  }

  set paper(paper: boolean) {
    this.#paper = paper;
    this.#apply();
  }

  #apply(): void {
    const system = this.#system.matches ? 'dark' : 'light';
    const theme = this.#paper ? 'light' : this.#choice === 'auto' ? system : this.#choice;
    if (this.#root.dataset.theme === theme) return;
    this.#root.dataset.theme = theme;
    setRunColours(this.#root, theme === 'dark');
    this.#changed();
  }
}
