/** @file Log files that a worker reads, so that the page never waits for decoding. */
import type { LogDirectory } from '../../src/tensorboard/index.ts';
import type { DataSource } from './data-source.ts';
import { logSource } from './logs.ts';
import { postSource } from './post-source.ts';
import { postedSource } from './posted-source.ts';
import type { MessageEnd } from './worker-messages.ts';

/** Of some ten milliseconds each: what the page does in a frame or two must not hold the reading up. */
const MOST_BATCHES = 4;

/**
 * In the worker: reads logs for the page, when it connects.
 * @returns how to stop
 * @example
 * answerLogs(httpLogs(new URL('.', location.href)));
 */
export function answerLogs(logs: LogDirectory, port: MessageEnd = self as MessageEnd): () => void {
  // Its name is the page's matter.
  return postSource(port, logSource('', logs), MOST_BATCHES);
}

/**
 * In the page: the logs that a worker reads with {@link answerLogs}.
 * @param name shown in the head of the page
 */
export const workerLogSource = (name: string, worker: MessageEnd): DataSource => postedSource(worker, name);
