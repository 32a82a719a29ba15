// A thread whose model runs every 20 ms.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { Linear, rand, Sequential, select } = await import('../../../src/index.ts');
const { postActivations } = await import('../../../viewer/sources/live.ts');

const net = new Sequential(new Linear(3, 4), new Linear(4, 2));
postActivations(parentPort, select(net, Linear));
setInterval(() => net(rand(3)), 20);
