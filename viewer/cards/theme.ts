import type { Lane } from '../histograms/columns.ts';

/** The colours and the font that charts are painted with. The style sheet takes its colours from here too. */
export interface Theme {
  readonly dark: boolean;
  /** The background of a card. */
  readonly surface: string;
  /** Text of first, second and third importance. */
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly line: string;
  /** Brush and pointer. */
  readonly accent: string;
  readonly lanes: Readonly<Record<Lane, string>>;
  readonly font: string;
}

export const LIGHT: Theme = {
  dark: false,
  surface: '#ffffff',
  ink: '#1a1d21',
  ink2: '#525a65',
  ink3: '#646c77',
  line: '#dfe3e8',
  accent: '#b45309',
  lanes: {
    zeros: '#59636f',
    positiveInfinity: '#d9480f',
    negativeInfinity: '#7048d8',
    nan: '#c2185b',
    unknown: '#8a6d00',
  },
  font: 'system-ui, sans-serif',
};

export const DARK: Theme = {
  dark: true,
  surface: '#16191d',
  ink: '#e8ebef',
  ink2: '#aab3bd',
  ink3: '#8f99a4',
  line: '#2a3036',
  accent: '#ffb454',
  lanes: {
    zeros: '#a5aeb8',
    positiveInfinity: '#ff8a4c',
    negativeInfinity: '#ac8eff',
    nan: '#ff5a92',
    unknown: '#dcb93f',
  },
  font: 'system-ui, sans-serif',
};

/** The themes read since the last microtask, by root node. */
const themes = new Map<Node, Theme>();

/**
 * The theme for an element's colour scheme and font. Read once per root when many cards are drawn in one go, because
 * getComputedStyle() makes the browser recalculate styles.
 */
export function themeOf(element: Element): Theme {
  const root = element.getRootNode();
  const read = themes.get(root);
  if (read !== undefined) return read;
  if (themes.size === 0) queueMicrotask(() => themes.clear());
  const { colorScheme, fontFamily } = getComputedStyle(element);
  const both = colorScheme.includes('light') && colorScheme.includes('dark');
  const dark = both ? matchMedia('(prefers-color-scheme: dark)').matches : colorScheme.includes('dark');
  const theme = dark ? DARK : LIGHT;
  const made = { ...theme, font: fontFamily || theme.font };
  themes.set(root, made);
  return made;
}
