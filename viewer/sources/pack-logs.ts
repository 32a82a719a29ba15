import type { LogDirectory } from '../../src/tensorboard/index.ts';
import { type PackOptions, packStore } from '../data/pack.ts';
import { Store } from '../data/store.ts';
import type { Progress } from './data-source.ts';
import { LogPoller } from './logs/log-poller.ts';

export interface PackLogsOptions extends PackOptions {
  /** Called for each damaged file or record; the rest is read. */
  readonly onWarning?: (message: string) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Reads logs to their present end, and packs what a viewer would show of them. `mountPacked` shows it.
 * @returns undefined if there is nothing to show
 * @throws RangeError for an option below 1
 */
export async function packLogs(
  logs: LogDirectory,
  options: PackLogsOptions = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { onWarning = () => {}, onProgress = () => {}, ...pack } = options;
  const store = new Store();
  const poller = new LogPoller(logs, {
    points: (points) => store.add(points),
    progress: (progress) => onProgress(progress),
    warning: (message) => onWarning(message),
  });
  await poller.poll(new AbortController().signal);
  return store.steps === undefined ? undefined : packStore(store, pack);
}
