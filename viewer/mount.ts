import { BOOLEAN, checkOptions, describe, mismatch, oneOf } from '../src/check/index.ts';
import { Hookable, Selection } from '../src/index.ts';
import { backPressure } from './back-pressure.ts';
import { CLOCK } from './clock.ts';
import { Store } from './data/store.ts';
import { unpackStore } from './data/unpack-store.ts';
import { isElement } from './element.ts';
import type { DataSource } from './sources/data-source.ts';
import { liveSource } from './sources/live.ts';
import { ViewState } from './state/view-state.ts';
import { openShell, type ShellOptions } from './ui/shell.tsx';

/** Options of {@link mountViewer}. */
export type MountOptions = ShellOptions;

/** A viewer in a page. */
export interface Viewer {
  /** What is shown, and how. Changes to it are shown. */
  readonly state: ViewState;
  /** The data that came from the source. */
  readonly store: Store;
  /** Disconnects the source, removes all listeners, and empties the element. Calling it again does nothing. */
  unmount(): void;
}

/** The elements whose shadow root is a viewer's. */
const ROOTS = new WeakMap<Element, 'mounted' | 'free'>();

/**
 * Shows the data of a source in an element of the page; or, given a selection, what its modules put out from now on (see
 * `liveSource` for steps, tags and costs). All of the viewer is in the element's shadow root. It needs no inline style; a
 * content security policy must allow `script-src` for the script and `img-src blob: data:` for images and saved pictures.
 * @example
 * const viewer = mountViewer(document.querySelector('#activations')!, select(net, 'fc*'));
 * @returns the viewer; its `unmount()` removes the hooks and empties the element
 * @throws TypeError for other arguments; Error if the element holds a viewer already, or cannot hold one
 */
export function mountViewer(element: Element, source: DataSource | Selection, options: MountOptions = {}): Viewer {
  // A model is refused there, with what to select.
  const isLive = source instanceof Selection || (source as unknown) instanceof Hookable;
  return mountSource(element, isLive ? liveSource(source as Selection) : (source as DataSource), options);
}

/** Like {@link mountViewer}, without the code of hooks. */
export function mountSource(element: Element, source: DataSource, options: MountOptions = {}): Viewer {
  const where = 'mountViewer()';
  if (typeof source?.connect !== 'function' || typeof source.name !== 'string') {
    throw new TypeError(`${where}: the source must be a DataSource or a Selection, got ${describe(source)}`);
  }
  const store = new Store();
  const { shell, state, unmount } = mountShell(where, element, source.name, store, true, options);
  const paced = backPressure(shell.activity, CLOCK);
  let disconnect: () => void;
  try {
    disconnect = source.connect({
      points: (points) => paced(() => store.add(points)),
      scalars: { wants: store.scalarWants, take: (update) => paced(() => store.takeScalars(update)) },
      progress: (progress) => shell.progress(progress),
      warning: (message) => shell.warn(message),
      activations: store.activations,
    });
  } catch (error) {
    unmount();
    throw error;
  }
  return {
    state,
    store,
    unmount: once(() => {
      disconnect();
      unmount();
    }),
  };
}

/**
 * Shows what `packLogs` packed: for a page that is a report.
 * @param name shown in the toolbar
 * @throws as {@link mountViewer}; Error or RangeError for bytes that `packLogs` did not pack
 */
export function mountPacked(element: Element, name: string, packed: Uint8Array, options: MountOptions = {}): Viewer {
  const store = unpackStore(packed);
  const { state, unmount } = mountShell('mountPacked()', element, name, store, false, options);
  return { state, store, unmount };
}

function mountShell(
  where: string,
  element: Element,
  name: string,
  store: Store,
  follows: boolean,
  options: MountOptions,
) {
  if (!isElement(element)) throw mismatch(where, 'the first argument', 'an Element', element);
  checkOptions(where, options, { theme: oneOf(['auto', 'light', 'dark']), pageKeys: BOOLEAN });
  if (ROOTS.get(element) === 'mounted') {
    throw new Error(`${where}: the element holds a viewer already; unmount() that one first`);
  }
  const shadow = ROOTS.has(element) ? element.shadowRoot! : attachShadow(where, element);
  const state = new ViewState();
  const shell = openShell(shadow, name, store, state, follows, options);
  ROOTS.set(element, 'mounted');
  const unmount = once(() => {
    shell.destroy();
    ROOTS.set(element, 'free');
  });
  return { shell, state, unmount };
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

function attachShadow(where: string, element: Element): ShadowRoot {
  try {
    return element.attachShadow({ mode: 'open' });
  } catch {
    const name = element.localName;
    throw new Error(
      `${where}: a <${name}> that has a shadow root, or can have none, cannot hold a viewer; use a <div>`,
    );
  }
}
