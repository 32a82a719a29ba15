import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals-core';
import type { ThemeChoice } from './theme-choice.ts';

/**
 * Sets `data-theme` of an element to light or dark: as chosen, but light on paper.
 * @param changed is called after each change
 */
export function themeSwitch(
  root: HTMLElement,
  choice: ReadonlySignal<ThemeChoice>,
  changed: () => void,
  ended: AbortSignal,
): { dark: ReadonlySignal<boolean>; print(onPaper: boolean): void } {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const systemIsDark = signal(system.matches);
  const paper = signal(false);
  const dark = computed(() => !paper.value && (choice.value === 'auto' ? systemIsDark.value : choice.value === 'dark'));
  const follow = () => {
    systemIsDark.value = system.matches;
  };
  system.addEventListener('change', follow, { signal: ended });
  const stop = effect(() => {
    const { theme } = root.dataset;
    root.dataset.theme = dark.value ? 'dark' : 'light';
    // At first there is nothing to draw again.
    if (theme !== undefined) untracked(changed);
  });
  ended.addEventListener('abort', stop);
  return {
    dark,
    print(onPaper) {
      paper.value = onPaper;
    },
  };
}
