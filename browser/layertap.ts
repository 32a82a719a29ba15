// dist/browser/layertap.js: all of `layertap`, for a page without a bundler.
import { Hookable } from '../src/index.ts';

const LOADED = Symbol.for('layertap.js');
// hooks.js is loaded once, and two files would each have their own tensors and layers.
if (Object.hasOwn(Hookable, LOADED)) {
  console.warn(
    "layertap: layertap.js has been loaded from two addresses, and the two do not know each other's tensors",
  );
}
Object.defineProperty(Hookable, LOADED, { value: true });

export * from '../src/index.ts';
export * from './operators.ts';
export { getNumThreads, setNumThreads } from './threads.ts';
