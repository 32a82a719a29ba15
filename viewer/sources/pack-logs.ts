import type { LogDirectory } from '../../src/tensorboard/index.ts';
import { type PackOptions, packStore } from '../data/pack.ts';
import { Store } from '../data/store.ts';
import type { Progress } from './data-source.ts';
import { LogLook } from './logs/log-look.ts';

export interface PackLogsOptions extends PackOptions {
  /** Is told what is wrong with files or records; the rest is read. */
  readonly onWarning?: (message: string) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Reads logs once, to their end as of now, and packs what a viewer would show of them: for a report.
 * @returns undefined where there is nothing to show
 */
export async function packLogs(
  logs: LogDirectory,
  options: PackLogsOptions = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { onWarning = () => {}, onProgress = () => {}, ...pack } = options;
  const store = new Store();
  const look = new LogLook(logs, {
    points: (points) => store.add(points),
    progress: (progress) => onProgress(progress),
    warning: (message) => onWarning(message),
  });
  await look.look(new AbortController().signal);
  return store.steps === undefined ? undefined : packStore(store, pack);
}
