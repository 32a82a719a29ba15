import type { SourceListener, ViewerSource } from './source.ts';
import { type FromPage, listen, type MessageEnd, post } from './worker-messages.ts';

/** One counter for the worker, since several sources may be posted to one page. */
let batches = 0;

/**
 * Answers for a source in this worker: the other side of {@link postedSource}. The source is connected to while the page
 * is. One batch of points is under way at a time; while the page takes none, the source waits.
 *
 * @param port `self` in a worker, or one end of a MessageChannel; in Node `parentPort`
 * @returns how to stop answering
 */
export function postSource(port: MessageEnd, source: ViewerSource): () => void {
  let disconnect: (() => void) | undefined;
  let taken: { batch: number; resolve: () => void } | undefined;

  const listener: SourceListener = {
    points(points) {
      const batch = batches++;
      post(port, { type: 'points', batch, points });
      return new Promise((resolve) => {
        taken = { batch, resolve };
      });
    },
    progress: (progress) => post(port, { type: 'progress', progress }),
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
  return () => {
    stop();
    end();
  };
}
