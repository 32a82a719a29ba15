/** @file What goes between a worker whose model is watched and the page that watches it. */
import { DEFAULT_EDGES } from '../data/default-edges.ts';
import type { HistogramPoint, ViewerPoint } from '../data/points.ts';

/** One end of a connection: a MessagePort, a Worker, or the scope inside of a worker; Node's too. */
export interface MessageEnd {
  // biome-ignore lint/suspicious/noExplicitAny: what is transferred has other types in browsers and in Node
  postMessage(message: any, options: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: likewise for listeners
  addEventListener?(type: string, listener: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  removeEventListener?(type: string, listener: any): void;
  /** Node's Worker has these instead, and gives the message itself. */
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  on?(type: string, listener: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  off?(type: string, listener: any): unknown;
  /** A MessagePort gives nothing before this is called. */
  start?(): void;
}

/** A point whose bins are a stretch of the default edges, without these. */
type PackedPoint = Omit<HistogramPoint, 'bins'> & { readonly start: number; readonly counts: Float64Array };

export type FromPage =
  | { readonly type: 'connect' }
  | { readonly type: 'disconnect' }
  /** What came with this number has been taken in. */
  | { readonly type: 'taken'; readonly batch: number };

export type FromWorker =
  /** Somebody can be connected to: whoever asked before, asks again. */
  | { readonly type: 'ready' }
  | { readonly type: 'points'; readonly batch: number; readonly points: readonly PackedPoint[] }
  | { readonly type: 'trouble'; readonly message: string };

const MARK = 'layertap activations';

export function post(end: MessageEnd, message: FromPage | FromWorker): void {
  const transfer = message.type === 'points' ? message.points.map(({ counts }) => counts.buffer) : [];
  end.postMessage({ ...message, layertap: MARK }, { transfer });
}

/**
 * Listens to our messages; all others are let by.
 * @param gone is told when there is nobody at the other end any more, where that can be known, and of what failed there
 * @returns how to stop
 */
export function listen<Message extends FromPage | FromWorker>(
  end: MessageEnd,
  message: (message: Message) => void,
  gone: (why: string) => void,
): () => void {
  const take = (data: unknown) => {
    if ((data as { layertap?: unknown } | null | undefined)?.layertap === MARK) message(data as Message);
  };
  const ended = () => gone('the other end is gone');
  if (end.addEventListener === undefined) {
    end.on?.('message', take);
    end.on?.('exit', ended);
    return () => {
      end.off?.('message', take);
      end.off?.('exit', ended);
    };
  }
  const listeners = {
    message: (event: { data: unknown }) => take(event.data),
    close: ended,
    error: (event: { message?: string }) => gone(`the worker failed: ${event.message ?? 'it could not be started'}`),
  };
  for (const [type, listener] of Object.entries(listeners)) end.addEventListener(type, listener);
  end.start?.();
  return () => {
    for (const [type, listener] of Object.entries(listeners)) end.removeEventListener?.(type, listener);
  };
}

/** A live source gives histograms alone, whose bins are a stretch of the default edges. */
export function pack(points: readonly ViewerPoint[]): PackedPoint[] {
  return (points as readonly HistogramPoint[]).map(({ bins, ...point }) => ({
    ...point,
    start: bins.edges.byteOffset / bins.edges.BYTES_PER_ELEMENT,
    counts: bins.counts,
  }));
}

export function unpack(points: readonly PackedPoint[]): HistogramPoint[] {
  return points.map(({ start, counts, ...point }) => ({
    ...point,
    bins: { edges: DEFAULT_EDGES.subarray(start, start + counts.length + 1), counts },
  }));
}
