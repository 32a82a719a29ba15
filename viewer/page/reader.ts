/** @file The script of the worker of `layertap view`: fetches the server's logs and decodes them, so that drawing never waits. */
import { httpLogs } from '../sources/http-logs.ts';
import { postLogs } from '../sources/logs.ts';
import type { MessageEnd } from '../sources/worker-messages.ts';

postLogs(self as MessageEnd, httpLogs(new URL('.', location.href)));
