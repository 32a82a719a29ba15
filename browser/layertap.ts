// dist/browser/layertap.js: all of `layertap`, for a page without a bundler.
export * from '../src/index.ts';
export * from './operators.ts';
export { getNumThreads, setNumThreads } from './threads.ts';
