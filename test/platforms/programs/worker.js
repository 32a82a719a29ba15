// A worker of a page.
import { check } from './check.js';
import { tryEntries } from './entries.js';

tryEntries().then(
  () => postMessage({ kernels: check() }),
  (error) => postMessage({ error: String(error.stack ?? error) }),
);
