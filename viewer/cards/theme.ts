import type { Lane } from './columns.ts';

/** The colours and the font of a card, as the page around it says. */
export interface Theme {
  readonly dark: boolean;
  /** What the picture stands on. */
  readonly surface: string;
  /** Text and what is as important, then second and third. */
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  /** Hairlines. */
  readonly line: string;
  /** Brush and pointer. */
  readonly accent: string;
  readonly lanes: Readonly<Record<Lane, string>>;
  readonly font: string;
}

const LIGHT: Theme = {
  dark: false,
  surface: '#ffffff',
  ink: '#1a1d21',
  ink2: '#525a65',
  ink3: '#6d7680',
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

const DARK: Theme = {
  dark: true,
  surface: '#16191d',
  ink: '#e8ebef',
  ink2: '#aab3bd',
  ink3: '#8a949f',
  line: '#2e343b',
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

/** Of all cards that are drawn in one go, by the roots that they are in; undefined between. */
let themes: Map<Node, Theme> | undefined;

/**
 * What the custom properties of an element say, and for those that are not set, colours of our own. They are the same for
 * all cards of a viewer, and asked for once where many are drawn: the browser would lay the page out for each of them.
 */
export function themeOf(element: Element): Theme {
  if (themes === undefined) {
    themes = new Map();
    queueMicrotask(() => {
      themes = undefined;
    });
  }
  const root = element.getRootNode();
  let theme = themes.get(root);
  if (theme === undefined) {
    theme = readTheme(element);
    themes.set(root, theme);
  }
  return theme;
}

function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const scheme = style.colorScheme;
  const both = scheme.includes('light') && scheme.includes('dark');
  const dark = both ? matchMedia('(prefers-color-scheme: dark)').matches : scheme.includes('dark');
  const own = dark ? DARK : LIGHT;
  const set = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  return {
    ...own,
    surface: set('--surface', own.surface),
    ink: set('--ink', own.ink),
    ink2: set('--ink-2', own.ink2),
    ink3: set('--ink-3', own.ink3),
    line: set('--line', own.line),
    accent: set('--accent', own.accent),
    font: style.fontFamily || own.font,
  };
}
