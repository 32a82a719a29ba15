/** @file The worker of the page that `layertap view` serves: it fetches and decodes, so that drawing never waits for it. */

import { httpLogs } from '../sources/http-logs.ts';
import { answerLogs } from '../sources/log-worker.ts';

answerLogs(httpLogs(new URL('.', location.href)));
