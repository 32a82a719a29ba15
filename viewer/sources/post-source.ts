import type { DataSource, SourceListener } from './data-source.ts';
import { type FromPage, listen, type MessageEnd, post } from './worker-messages.ts';

/** Counts for the whole worker, since several sources may post to one page. */
let batches = 0;

/**
 * Serves a source of this worker to a page: the worker's side of `workerSource`. The source is connected while the page
 * is, and waits while the page takes nothing.
 *
 * @param most how many batches of points may be in flight; with more than one the source need not wait while the page
 * takes one
 * @returns a function that stops serving
 */
export function postSource(port: MessageEnd, source: DataSource, most = 1): () => void {
  let disconnect: (() => void) | undefined;
  const inFlight = new Set<number>();
  let resume: (() => void) | undefined;
  /** Until the page has shown the first points it gets no others. */
  let hasTaken = false;

  const listener: SourceListener = {
    points(points) {
      const batch = batches++;
      post(port, { type: 'points', batch, points });
      inFlight.add(batch);
      if (inFlight.size < most && hasTaken) return undefined;
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
    inFlight.clear();
    hasTaken = false;
    resume?.();
  };
  const stop = listen<FromPage>(
    port,
    (message) => {
      if (message.type === 'connect') disconnect ??= source.connect(listener);
      else if (message.type === 'disconnect') end();
      else if (inFlight.delete(message.batch)) {
        hasTaken = true;
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
