import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { setRunColours } from '../cards/run-colours.ts';

/** `auto` follows the system. */
export type ThemeChoice = 'auto' | 'light' | 'dark';

/**
 * Sets `data-theme` of an element to light or dark: as chosen, but light on paper.
 * @param changed is called after each change
 * @returns a function that changes whether the page is on paper
 */
export function themeSwitch(
  root: HTMLElement,
  choice: ReadonlySignal<ThemeChoice>,
  changed: () => void,
  ended: AbortSignal,
): (onPaper: boolean) => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const systemIsDark = signal(system.matches);
  const paper = signal(false);
  const follow = () => {
    systemIsDark.value = system.matches;
  };
  system.addEventListener('change', follow, { signal: ended });
  const stop = effect(() => {
    const chosen = choice.value === 'auto' ? (systemIsDark.value ? 'dark' : 'light') : choice.value;
    const theme = paper.value ? 'light' : chosen;
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    setRunColours(root, theme === 'dark');
    untracked(changed);
  });
  ended.addEventListener('abort', stop);
  return (onPaper) => {
    paper.value = onPaper;
  };
}
