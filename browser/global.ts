// dist/browser/layertap.global.js: a classic script with one global, for pages opened from a disk, where Chromium loads no modules.
export * from '../viewer/index.ts';
export * from './layertap.ts';
