/** @file A model in a worker, watched from the page. */
import { describe, handleOf, report, type Selection, type SelectionHandle } from '../../hooks/index.ts';
import { type LiveOptions, liveSource } from './live.ts';
import type { SourceListener, ViewerSource } from './source.ts';
import { type FromPage, type FromWorker, listen, type MessageEnd, pack, post, unpack } from './worker-messages.ts';

/** One counter for the worker, since several selections may be posted to one page. */
let batches = 0;

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
export function postActivations(port: MessageEnd, selection: Selection, options: LiveOptions = {}): SelectionHandle {
  checkPort('postActivations()', port);
  const source = liveSource(selection, options);
  let disconnect: (() => void) | undefined;
  let taken: { batch: number; resolve: () => void } | undefined;

  const listener: SourceListener = {
    points(points) {
      const batch = batches++;
      post(port, { type: 'points', batch, points: pack(points) });
      return new Promise((resolve) => {
        taken = { batch, resolve };
      });
    },
    progress() {},
    trouble: (message) => post(port, { type: 'trouble', message }),
  };
  const end = () => {
    disconnect?.();
    disconnect = undefined;
    taken?.resolve();
    taken = undefined;
  };
  const stop = listen<FromPage>(
    port,
    (message) => {
      if (message.type === 'connect') disconnect ??= source.connect(listener);
      else if (message.type === 'disconnect') end();
      else if (message.batch === taken?.batch) taken.resolve();
    },
    end,
  );
  post(port, { type: 'ready' });
  return handleOf(() => {
    stop();
    end();
  });
}

/**
 * The activations of a worker as a source for `mountViewer`: the page's side of {@link postActivations}, which need not have
 * been called yet. Messages that are not layertap's are let by.
 * @param port the Worker, or one end of a MessageChannel
 * @param options `name`: what the source is called, by default `'worker'`
 * @throws TypeError for another port
 */
export function workerSource(port: MessageEnd, { name = 'worker' }: { name?: string } = {}): ViewerSource {
  checkPort('workerSource()', port);
  const listeners = new Set<SourceListener>();
  let stop: (() => void) | undefined;

  async function take(message: FromWorker & { type: 'points' }): Promise<void> {
    const points = unpack(message.points);
    const taking = await Promise.allSettled([...listeners].map(async (listener) => listener.points(points)));
    for (const result of taking) if (result.status === 'rejected') report(result.reason);
    post(port, { type: 'taken', batch: message.batch });
  }
  const trouble = (message: string) => {
    for (const listener of listeners) listener.trouble(message);
  };
  return {
    name,
    connect(listener) {
      // One object for each time, also where one listener connects twice.
      const own: SourceListener = {
        points: (points) => listener.points(points),
        progress: (progress) => listener.progress(progress),
        trouble: (message) => listener.trouble(message),
      };
      listeners.add(own);
      stop ??= listen<FromWorker>(
        port,
        (message) => {
          if (message.type === 'ready') post(port, { type: 'connect' });
          else if (message.type === 'trouble') trouble(message.message);
          else void take(message);
        },
        trouble,
      );
      post(port, { type: 'connect' });
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        post(port, { type: 'disconnect' });
        stop?.();
        stop = undefined;
      };
    },
  };
}

function checkPort(where: string, port: unknown): void {
  const { postMessage, addEventListener, on } = (port ?? {}) as Partial<MessageEnd>;
  if (typeof postMessage === 'function' && typeof (addEventListener ?? on) === 'function') return;
  throw new TypeError(`${where}: a Worker, a MessagePort or the scope of a worker expected, got ${describe(port)}`);
}
