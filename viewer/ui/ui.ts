import { type ReadonlySignal, type Signal, useComputed } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Card, CardContext } from '../cards/card.ts';
import type { Store } from '../data/store.ts';
import type { Progress } from '../sources/data-source.ts';
import type { View, ViewState } from '../state/view-state.ts';
import type { CardLoader } from './card-loader.ts';
import type { CardScheduler } from './card-scheduler.ts';
import type { Navigation } from './navigation.ts';
import type { Outline } from './outline.ts';
import type { ThemeChoice } from './theme-choice.ts';

/** The card whose menu is open. */
export interface MenuOwner {
  /** The frame of the card, and the button that opens the menu. */
  readonly frame: HTMLElement;
  readonly button: HTMLElement;
  /** Saved files are named after it. */
  readonly title: string;
  readonly card: Card;
  /** If the card is of one tag. */
  readonly tag?: string;
}

/** At most this many cards are printed. */
export const MOST_PRINTED = 200;

/** What all parts of the page share. */
export interface Ui {
  /** Shown in the toolbar. */
  readonly name: string;
  readonly store: Store;
  readonly state: ViewState;
  /** The version of the store that the page shows: paced, and not moving while paused. */
  readonly shown: ReadonlySignal<number>;
  /** Whether there is a source to pause. */
  readonly follows: boolean;
  readonly progress: ReadonlySignal<Progress | undefined>;
  readonly paused: ReadonlySignal<boolean>;
  /** The latest warnings of the source. */
  readonly warnings: ReadonlySignal<readonly string[]>;
  readonly theme: Signal<ThemeChoice>;
  /** Whether the colours are for a dark background. */
  readonly dark: ReadonlySignal<boolean>;
  /** Whether the side panel is open where it has no place of its own. */
  readonly sideOpen: Signal<boolean>;
  /** The keys of folded sections and groups. */
  readonly folded: Signal<ReadonlySet<string>>;
  readonly outline: ReadonlySignal<readonly Outline[]>;
  readonly cards: CardLoader;
  readonly scheduler: CardScheduler;
  readonly context: CardContext;
  /** The card whose menu is open. */
  readonly menuOwner: Signal<MenuOwner | undefined>;
  /** The frame of the card that is pointed at, or holds the focus. */
  readonly pointed: Signal<HTMLElement | undefined>;
  readonly onPaper: ReadonlySignal<boolean>;
  readonly navigation: Navigation;
  pause(): void;
  help(): void;
  /** Shows a warning, and announces it. */
  warn(message: string): void;
}

export const UiContext: ReturnType<typeof createContext<Ui>> = /* @__PURE__ */ createContext<Ui>(undefined as never);

export const useUi = (): Ui => useContext(UiContext);

/** A property of the view. The component is rendered again when it changes. */
export function useView<K extends keyof View>(key: K): View[K] {
  const { state } = useUi();
  return useComputed(() => state.view[key]).value;
}
