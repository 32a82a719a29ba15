import { report } from '../../src/adapter.ts';
import { type ScalarUpdate, unpackUpdate } from '../data/scalar-update.ts';
import type { ScalarListener, ScalarQuestion } from '../data/scalar-wants.ts';
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
  const connections = new Map<{ readonly listener: SourceListener }, () => void>();
  /** Questions by number, until they are answered. */
  const questions = new Map<number, (update: ScalarUpdate) => void>();
  let asked = 0;
  let stop: (() => void) | undefined;
  /** For listeners that connect later. */
  const offers = new Map<string, readonly [run: string, tag: string]>();

  const listeners = () => [...connections.keys()].map(({ listener }) => listener);
  const outputs = () => listeners().flatMap(({ activations }) => activations ?? []);
  const connect = () => {
    const only = listeners().every(({ activations }) => activations?.only === true);
    const scalars = listeners().every((listener) => listener.scalars !== undefined);
    post(port, { type: 'connect', only, scalars });
    want();
    wantScalars();
  };
  const want = () => {
    const wants = outputs().flatMap((each) => each.wants.all);
    if (connections.size > 0) post(port, { type: 'wants', wants });
  };

  const scalarListeners = () => listeners().flatMap(({ scalars }) => scalars ?? []);
  const wantScalars = () => {
    const wants = scalarListeners().flatMap((each) => each.wants.all);
    if (connections.size > 0) post(port, { type: 'scalarWants', wants });
  };
  const ask = (question: ScalarQuestion) =>
    new Promise<ScalarUpdate>((resolve) => {
      questions.set(++asked, resolve);
      post(port, { type: 'question', id: asked, question });
    });
  async function takeScalars({ update }: FromWorker & { type: 'scalars' }): Promise<void> {
    const unpacked = unpackUpdate(update);
    const taking = await Promise.allSettled(scalarListeners().map(async (each) => each.take(unpacked)));
    for (const result of taking) if (result.status === 'rejected') report(result.reason);
    post(port, { type: 'tookScalars' });
  }
  function listenToScalars({ wants }: ScalarListener): () => void {
    wants.answer = ask;
    const stopWants = wants.listen(wantScalars);
    return () => {
      wants.answer = undefined;
      stopWants();
    };
  }

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
    else if (message.type === 'scalars') void takeScalars(message);
    else if (message.type === 'answer') {
      questions.get(message.id)?.(unpackUpdate(message.update));
      questions.delete(message.id);
    } else for (const listener of listeners()) listener.progress(message.progress);
  };
  return {
    name,
    connect(listener) {
      const connection = { listener };
      const stopWants = listener.activations?.wants.listen(want);
      const stopScalars = listener.scalars === undefined ? undefined : listenToScalars(listener.scalars);
      connections.set(connection, () => {
        stopWants?.();
        stopScalars?.();
      });
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
