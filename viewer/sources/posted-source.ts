import { report } from '../../src/adapter.ts';
import type { DataSource, Progress, SourceListener } from './data-source.ts';
import { type FromWorker, listen, type MessageEnd, post } from './worker-messages.ts';

/**
 * A source that is elsewhere: the page's side of {@link postSource}, which need not have been called yet. Messages that
 * are not layertap's are let by.
 *
 * @param port the Worker, or one end of a MessageChannel
 */
export function postedSource(port: MessageEnd, name: string): DataSource {
  const listeners = new Set<SourceListener>();
  let stop: (() => void) | undefined;

  async function take({ batch, points }: FromWorker & { type: 'points' }): Promise<void> {
    const taking = await Promise.allSettled([...listeners].map(async (listener) => listener.points(points)));
    for (const result of taking) if (result.status === 'rejected') report(result.reason);
    post(port, { type: 'taken', batch });
  }
  const warning = (message: string) => {
    for (const listener of listeners) listener.warning(message);
  };
  const progress = (progress: Progress) => {
    for (const listener of listeners) listener.progress(progress);
  };
  return {
    name,
    connect(listener) {
      // One object for each time, also where one listener connects twice.
      const own: SourceListener = {
        points: (points) => listener.points(points),
        progress: (progress) => listener.progress(progress),
        warning: (message) => listener.warning(message),
      };
      listeners.add(own);
      stop ??= listen<FromWorker>(
        port,
        (message) => {
          if (message.type === 'ready') post(port, { type: 'connect' });
          else if (message.type === 'warning') warning(message.message);
          else if (message.type === 'progress') progress(message.progress);
          else void take(message);
        },
        warning,
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
