import { report } from '../../src/adapter.ts';
import type { DataSource, SourceListener } from './data-source.ts';
import { checkPort, type FromWorker, listen, type MessageEnd, post } from './worker-messages.ts';

/**
 * A source in a worker: the page's side of `postActivations` and `postLogs`, which may be called earlier or later. Messages
 * of others are ignored.
 * @param port the Worker, or one end of a MessageChannel
 * @param options `name`: shown in the toolbar, by default `'worker'`
 * @throws TypeError for another port
 */
export function workerSource(port: MessageEnd, { name = 'worker' }: { name?: string } = {}): DataSource {
  checkPort('workerSource()', port);
  /** One object per connection: a listener may connect twice. */
  const connections = new Set<{ readonly listener: SourceListener }>();
  let stop: (() => void) | undefined;

  async function take({ batch, points }: FromWorker & { type: 'points' }): Promise<void> {
    const taking = await Promise.allSettled([...connections].map(async ({ listener }) => listener.points(points)));
    for (const result of taking) if (result.status === 'rejected') report(result.reason);
    post(port, { type: 'taken', batch });
  }
  const warn = (message: string) => {
    for (const { listener } of connections) listener.warning(message);
  };
  const onMessage = (message: FromWorker) => {
    if (message.type === 'ready') post(port, { type: 'connect' });
    else if (message.type === 'warning') warn(message.message);
    else if (message.type === 'points') void take(message);
    else for (const { listener } of connections) listener.progress(message.progress);
  };
  return {
    name,
    connect(listener) {
      const connection = { listener };
      connections.add(connection);
      stop ??= listen<FromWorker>(port, onMessage, warn);
      post(port, { type: 'connect' });
      return () => {
        if (!connections.delete(connection) || connections.size > 0) return;
        post(port, { type: 'disconnect' });
        stop?.();
        stop = undefined;
      };
    },
  };
}
