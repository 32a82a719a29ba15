import type { LogDirectory } from '../../src/tensorboard/index.ts';
import { Store } from '../../viewer/data/store.ts';
import { logPoller } from '../../viewer/sources/log-poller.ts';

/**
 * The store of a viewer that has read some logs to their end, and what it was warned about.
 * @param options `keeps`: whether the source keeps the scalars, and gives what cards show
 */
export async function storeOf(
  logs: LogDirectory,
  { keeps = false }: { keeps?: boolean } = {},
): Promise<{ store: Store; warnings: string[] }> {
  const store = new Store();
  const warnings: string[] = [];
  const { poll } = logPoller(logs, {
    points: (points) => store.add(points),
    ...(keeps && { scalars: { wants: store.scalarWants, take: (update) => store.takeScalars(update) } }),
    progress() {},
    warning: (message) => warnings.push(message),
  });
  await poll(new AbortController().signal);
  return { store, warnings };
}
