import { checkOptions, describe } from '../src/check/index.ts';
import { Selection } from '../src/index.ts';
import { BackPressure } from './back-pressure.ts';
import { CLOCK } from './clock.ts';
import { Store } from './data/store.ts';
import { Shell, type ShellOptions } from './shell/shell.ts';
import type { DataSource } from './sources/data-source.ts';
import { liveSource } from './sources/live.ts';
import type { ViewState } from './state/view-state.ts';

/** How a viewer is to be. */
export interface MountOptions extends ShellOptions {}

/** A viewer that stands in a page. */
export interface Viewer {
  /** What is shown and how. Changing it changes what is seen. */
  readonly state: ViewState;
  /** What came from the source. */
  readonly store: Store;
  /** Disconnects the source, takes back every listener, and empties the element. Twice is harmless. */
  unmount(): void;
}

/** The shadow roots of elements in which a viewer stands, or stood. */
const ROOTS = new WeakMap<Element, 'mounted' | 'free'>();

/**
 * Shows what a source gives, in an element of the page; or, given what `select` gives, what these modules put out from now
 * on (see `liveSource` for steps, tags, and what it may cost). Everything of the viewer is in the element's shadow root, and
 * needs no style of the page's policy: `script-src` for the script, and `img-src blob: data:` for images and for saving
 * pictures.
 * @example
 * const viewer = mountViewer(document.querySelector('#activations')!, select(net, 'fc*'));
 * @returns the viewer; its `unmount()` removes the hooks, and leaves the element as empty as it was
 * @throws TypeError for other arguments; Error where the element holds a viewer already, or cannot
 */
export function mountViewer(element: Element, source: DataSource | Selection, options: MountOptions = {}): Viewer {
  return mountSource(element, source instanceof Selection ? liveSource(source) : source, options);
}

/** The same for sources alone: a page of logs needs no hooks. */
export function mountSource(element: Element, source: DataSource, options: MountOptions = {}): Viewer {
  if (typeof source?.connect !== 'function' || typeof source.name !== 'string') {
    throw new TypeError(`mountViewer(): the source must be a DataSource or a Selection, got ${describe(source)}`);
  }
  const store = new Store();
  const { shell, unmount } = mountShell(element, source.name, store, true, options);
  const intake = new BackPressure(shell.activity, CLOCK);
  let disconnect: () => void;
  try {
    disconnect = source.connect({
      points: (points) => intake.take(() => store.add(points)),
      progress(progress) {
        shell.progress = progress;
      },
      warning: (message) => shell.warning(message),
    });
  } catch (error) {
    unmount();
    throw error;
  }
  return {
    state: shell.state,
    store,
    unmount: once(() => {
      disconnect();
      unmount();
    }),
  };
}

/** Shows what is in a store already: for a report. */
export function mountStore(element: Element, name: string, store: Store, options: MountOptions = {}): Viewer {
  const { shell, unmount } = mountShell(element, name, store, false, options);
  return { state: shell.state, store, unmount };
}

function mountShell(element: Element, name: string, store: Store, follows: boolean, options: MountOptions) {
  if (!(element instanceof Element)) {
    throw new TypeError(`mountViewer(): the first argument must be an Element, got ${describe(element)}`);
  }
  checkOptions('mountViewer()', options, ['theme', 'pageKeys']);
  const { theme } = options;
  if (theme !== undefined && !['auto', 'light', 'dark'].includes(theme)) {
    throw new TypeError(`mountViewer(): option "theme" must be 'auto', 'light' or 'dark', got ${describe(theme)}`);
  }
  if (ROOTS.get(element) === 'mounted') {
    throw new Error('mountViewer(): the element holds a viewer already; unmount() that one first');
  }
  const shadow = ROOTS.has(element) ? element.shadowRoot! : attachShadow(element);
  const shell = new Shell(shadow, name, store, follows, options);
  ROOTS.set(element, 'mounted');
  const unmount = once(() => {
    shell.destroy();
    ROOTS.set(element, 'free');
  });
  return { shell, unmount };
}

/** Does it the first time that it is called. */
function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

function attachShadow(element: Element): ShadowRoot {
  try {
    return element.attachShadow({ mode: 'open' });
  } catch {
    const name = element.localName;
    throw new Error(
      `mountViewer(): a <${name}> that has a shadow root, or can have none, cannot hold a viewer; use a <div>`,
    );
  }
}
