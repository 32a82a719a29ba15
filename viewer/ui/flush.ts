import { options } from 'preact';

/** Makes changes to signals; what they change in the page is there when this returns. */
export function flushSync(change: () => void): void {
  const before = options.debounceRendering;
  const renderings: (() => void)[] = [];
  options.debounceRendering = (render) => void renderings.push(render);
  try {
    change();
    // Rendering may ask for more.
    for (const render of renderings) render();
  } finally {
    options.debounceRendering = before!;
  }
}
