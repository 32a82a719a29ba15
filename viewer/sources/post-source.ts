import type { Activation } from '../activation/activation.ts';
import { Wants } from '../activation/activations.ts';
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

  const wants = new Wants();
  /** By want: called when the page has taken the activation. */
  const showing = new Map<number, () => void>();
  const activations = {
    wants,
    only: false,
    offer: (run: string, tag: string) => post(port, { type: 'offer', run, tag }),
    take: (activation: Activation) => {
      post(port, { type: 'activation', activation });
      return new Promise<void>((resolve) => {
        showing.set(activation.want, resolve);
      });
    },
  };
  const listener: SourceListener = {
    activations,
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
    wants.replace([]);
    for (const shown of showing.values()) shown();
    showing.clear();
  };
  const stop = listen<FromPage>(
    port,
    (message) => {
      if (message.type === 'connect') {
        const only = message.only === true;
        if (disconnect !== undefined && only === activations.only) return;
        disconnect?.();
        activations.only = only;
        disconnect = source.connect(listener);
      } else if (message.type === 'disconnect') end();
      else if (message.type === 'wants') wants.replace(message.wants);
      else if (message.type === 'shown') {
        showing.get(message.want)?.();
        showing.delete(message.want);
      } else if (inFlight.delete(message.batch)) {
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
