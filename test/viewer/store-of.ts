import type { LogDirectory } from '../../src/tensorboard/index.ts';
import { Store } from '../../viewer/data/store.ts';
import { logPoller } from '../../viewer/sources/log-poller.ts';

/** The store of a viewer that has read some logs to their end, and what it was warned about. */
export async function storeOf(logs: LogDirectory): Promise<{ store: Store; warnings: string[] }> {
  const store = new Store();
  const warnings: string[] = [];
  const poll = logPoller(logs, {
    points: (points) => store.add(points),
    progress() {},
    warning: (message) => warnings.push(message),
  });
  await poll(new AbortController().signal);
  return { store, warnings };
}
