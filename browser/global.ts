// dist/browser/layertap.global.js: a classic script with one global, for pages opened from a disk, where Chromium loads no
// modules. The drawing is in parts beside it (scripts/parts.mjs).

// In this file, since a classic worker could not load another one.
export { getNumThreads, setNumThreads } from '../src/index.ts';
export * from '../viewer/index.ts';
export * from './layertap.ts';
