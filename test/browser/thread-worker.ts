// A Web Worker of the page, which asks for threads where that is allowed.
import { threads } from './threads.ts';

threads().then((result) => postMessage(result));
