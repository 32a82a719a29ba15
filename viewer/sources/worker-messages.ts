/** @file What goes between a source in a worker and the page that shows it. */
import { packPoints, unpackPoints } from '../data/pack-points.ts';
import type { ViewerPoint } from '../data/points.ts';
import type { Progress } from './data-source.ts';

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

export type FromPage =
  | { readonly type: 'connect' }
  | { readonly type: 'disconnect' }
  /** What came with this number has been taken in. */
  | { readonly type: 'taken'; readonly batch: number };

export type FromWorker =
  /** Somebody can be connected to: whoever asked before, asks again. */
  | { readonly type: 'ready' }
  | { readonly type: 'points'; readonly batch: number; readonly points: readonly ViewerPoint[] }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'warning'; readonly message: string };

const MARK = 'layertap viewer';

/** Points travel as bytes: one array that is handed over is cheaper than an object for each. */
export function post(end: MessageEnd, message: FromPage | FromWorker): void {
  if (message.type !== 'points') {
    end.postMessage({ ...message, layertap: MARK }, { transfer: [] });
    return;
  }
  const packed = packPoints(message.points);
  end.postMessage({ ...message, points: packed, layertap: MARK }, { transfer: [packed.buffer] });
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
  const take = (data: { layertap?: unknown; points?: Uint8Array } | null | undefined) => {
    if (data?.layertap !== MARK) return;
    message((data.points === undefined ? data : { ...data, points: unpackPoints(data.points) }) as Message);
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
    message: (event: { data: object }) => take(event.data),
    close: ended,
    error: (event: { message?: string }) => gone(`the worker failed: ${event.message ?? 'it could not be started'}`),
  };
  for (const [type, listener] of Object.entries(listeners)) end.addEventListener(type, listener);
  end.start?.();
  return () => {
    for (const [type, listener] of Object.entries(listeners)) end.removeEventListener?.(type, listener);
  };
}
