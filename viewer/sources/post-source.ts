import type { Activation } from '../activation/activation.ts';
import { Wants } from '../activation/activations.ts';
import { packUpdate, type ScalarUpdate } from '../data/scalar-update.ts';
import { ScalarWants } from '../data/scalar-wants.ts';
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
  const scalarWants = new ScalarWants();
  /** Called when the page has taken the scalars. */
  let tookScalars: (() => void) | undefined;
  const scalars = {
    wants: scalarWants,
    take(update: ScalarUpdate) {
      post(port, { type: 'scalars', update: packUpdate(update) });
      return new Promise<void>((resolve) => {
        tookScalars = resolve;
      });
    },
  };
  /** Whether the page asks for what it shows of scalars. */
  let asks = false;
  const listener: SourceListener = {
    activations,
    get scalars() {
      return asks ? scalars : undefined;
    },
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
    tookScalars?.();
    scalarWants.replace([]);
    wants.replace([]);
    for (const shown of showing.values()) shown();
    showing.clear();
  };
  const stop = listen<FromPage>(
    port,
    (message) => {
      if (message.type === 'connect') {
        const only = message.only === true;
        const asksNow = message.scalars === true;
        if (disconnect !== undefined && only === activations.only && asks === asksNow) return;
        disconnect?.();
        activations.only = only;
        asks = asksNow;
        disconnect = source.connect(listener);
      } else if (message.type === 'disconnect') end();
      else if (message.type === 'wants') wants.replace(message.wants);
      else if (message.type === 'scalarWants') scalarWants.replace(message.wants);
      else if (message.type === 'tookScalars') tookScalars?.();
      else if (message.type === 'question') {
        const { id, question } = message;
        void scalarWants
          .answer?.(question)
          .then((update) => post(port, { type: 'answer', id, update: packUpdate(update) }));
      } else if (message.type === 'shown') {
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
