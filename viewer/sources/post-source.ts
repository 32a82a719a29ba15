import type { DataSource, SourceListener } from './data-source.ts';
import { type FromPage, listen, type MessageEnd, post } from './worker-messages.ts';

/** One counter for the worker, since several sources may be posted to one page. */
let batches = 0;

/**
 * Answers for a source in this worker: the other side of {@link postedSource}. The source is connected to while the page
 * is. While the page takes nothing, the source waits.
 *
 * @param port `self` in a worker, or one end of a MessageChannel; in Node `parentPort`
 * @param most so many batches of points are under way at a time; with more than one the source need not wait for the page
 * while that takes one
 * @returns how to stop answering
 */
export function postSource(port: MessageEnd, source: DataSource, most = 1): () => void {
  let disconnect: (() => void) | undefined;
  const underWay = new Set<number>();
  let resume: (() => void) | undefined;
  /** Whether the page has taken anything: it is to show the first points before more come. */
  let taken = false;

  const listener: SourceListener = {
    points(points) {
      const batch = batches++;
      post(port, { type: 'points', batch, points });
      underWay.add(batch);
      if (underWay.size < most && taken) return undefined;
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
    progress: (progress) => post(port, { type: 'progress', progress }),
    warning: (message) => post(port, { type: 'warning', message }),
  };
  const end = () => {
    disconnect?.();
    disconnect = undefined;
    underWay.clear();
    taken = false;
    resume?.();
  };
  const stop = listen<FromPage>(
    port,
    (message) => {
      if (message.type === 'connect') disconnect ??= source.connect(listener);
      else if (message.type === 'disconnect') end();
      else if (underWay.delete(message.batch)) {
        taken = true;
        resume?.();
      }
    },
    end,
  );
  post(port, { type: 'ready' });
  return () => {
    stop();
    end();
  };
}
