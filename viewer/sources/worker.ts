/** @file A model in a worker, watched from the page. */

import { handleOf } from '../../src/adapter.ts';
import { describe } from '../../src/check/index.ts';
import type { Handle, Selection } from '../../src/index.ts';
import { CLOCK } from '../clock.ts';
import type { DataSource } from './data-source.ts';
import { type LiveOptions, liveSourceBy } from './live.ts';
import { postSource } from './post-source.ts';
import { postedSource } from './posted-source.ts';
import type { MessageEnd } from './worker-messages.ts';

/**
 * Lets a page watch modules of this worker: the worker's side of {@link workerSource}. Hooks are there while the page is
 * connected. One batch of points is under way at a time; when the page takes none any more, nothing is captured.
 *
 * @param port `self` in a worker, or one end of a MessageChannel; in Node `parentPort`, which keeps the thread running
 * until the handle is removed
 * @param options those of `liveSource`
 * @example
 * // in the worker
 * postActivations(self, select(net, Linear));
 * // in the page
 * mountViewer(element, workerSource(worker));
 * @throws TypeError or RangeError for other arguments
 */
export function postActivations(port: MessageEnd, selection: Selection, options: LiveOptions = {}): Handle {
  checkPort('postActivations()', port);
  return handleOf(postSource(port, liveSourceBy(CLOCK, selection, options, port)));
}

/**
 * The activations of a worker as a source for `mountViewer`: the page's side of {@link postActivations}, which need not have
 * been called yet. Messages that are not layertap's are let by.
 * @param port the Worker, or one end of a MessageChannel
 * @param options `name`: what the source is called, by default `'worker'`
 * @throws TypeError for another port
 */
export function workerSource(port: MessageEnd, { name = 'worker' }: { name?: string } = {}): DataSource {
  checkPort('workerSource()', port);
  return postedSource(port, name);
}

function checkPort(where: string, port: unknown): void {
  const { postMessage, addEventListener, on } = (port ?? {}) as Partial<MessageEnd>;
  if (typeof postMessage === 'function' && typeof (addEventListener ?? on) === 'function') return;
  throw new TypeError(`${where}: a Worker, a MessagePort or the scope of a worker expected, got ${describe(port)}`);
}
