import { parentPort } from 'node:worker_threads';
import { check } from './check.js';

parentPort.postMessage(check());
