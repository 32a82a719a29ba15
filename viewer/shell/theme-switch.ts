import { setRunColours } from '../cards/run-colours.ts';

/** `auto` follows the system. */
export type ThemeChoice = 'auto' | 'light' | 'dark';

/** Sets `data-theme` of an element to light or dark: as chosen, but light on paper. @returns a function that changes it */
export function themeSwitch(
  root: HTMLElement,
  choice: ThemeChoice,
  changed: () => void,
  signal: AbortSignal,
): (changes: { choice?: ThemeChoice; paper?: boolean }) => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const now = { choice, paper: false };
  const change = (changes: Partial<typeof now>) => {
    Object.assign(now, changes);
    const bySystem = system.matches ? 'dark' : 'light';
    const theme = now.paper ? 'light' : now.choice === 'auto' ? bySystem : now.choice;
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    setRunColours(root, theme === 'dark');
    changed();
  };
  system.addEventListener('change', () => change({}), { signal });
  change({});
  return change;
}
