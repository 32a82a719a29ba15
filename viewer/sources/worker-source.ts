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
  /** By connection, since a listener may connect twice: how to stop listening to its wants. */
  const connections = new Map<{ readonly listener: SourceListener }, (() => void) | undefined>();
  let stop: (() => void) | undefined;
  /** For listeners that connect later. */
  const offers = new Map<string, readonly [run: string, tag: string]>();

  const listeners = () => [...connections.keys()].map(({ listener }) => listener);
  const outputs = () => listeners().flatMap(({ activations }) => activations ?? []);
  const connect = () => {
    const only = listeners().every(({ activations }) => activations?.only === true);
    post(port, { type: 'connect', only });
    want();
  };
  const want = () => {
    const wants = outputs().flatMap((each) => each.wants.all);
    if (connections.size > 0) post(port, { type: 'wants', wants });
  };

  async function take({ batch, points }: FromWorker & { type: 'points' }): Promise<void> {
    const taking = await Promise.allSettled(listeners().map(async (listener) => listener.points(points)));
    for (const result of taking) if (result.status === 'rejected') report(result.reason);
    post(port, { type: 'taken', batch });
  }
  const warn = (message: string) => {
    for (const listener of listeners()) listener.warning(message);
  };
  const offer = ({ run, tag }: FromWorker & { type: 'offer' }) => {
    offers.set(JSON.stringify([run, tag]), [run, tag]);
    for (const each of outputs()) each.offer(run, tag);
  };
  async function show({ activation }: FromWorker & { type: 'activation' }): Promise<void> {
    const taking = await Promise.allSettled(outputs().map(async (each) => each.take(activation)));
    for (const result of taking) if (result.status === 'rejected') report(result.reason);
    post(port, { type: 'shown', want: activation.want });
  }
  const onMessage = (message: FromWorker) => {
    if (message.type === 'ready') connect();
    else if (message.type === 'warning') warn(message.message);
    else if (message.type === 'points') void take(message);
    else if (message.type === 'activation') void show(message);
    else if (message.type === 'offer') offer(message);
    else for (const listener of listeners()) listener.progress(message.progress);
  };
  return {
    name,
    connect(listener) {
      const connection = { listener };
      connections.set(connection, listener.activations?.wants.listen(want));
      stop ??= listen<FromWorker>(port, onMessage, warn);
      connect();
      for (const [run, tag] of offers.values()) listener.activations?.offer(run, tag);
      return () => {
        connections.get(connection)?.();
        if (!connections.delete(connection)) return;
        if (connections.size > 0) {
          want();
          return;
        }
        post(port, { type: 'disconnect' });
        stop?.();
        stop = undefined;
      };
    },
  };
}
