// The child process of isolation.test.ts: a layer of the built package with a failing observer, and no listener for
// uncaught errors. Prints the outcome as JSON.
import { delay, map } from 'rxjs';
import { Linear, rand } from '../../dist/index.js';

const layer = new Linear(4, 3);
const x = rand(2, 4);
const bits = () => Buffer.from(layer(x).data.slice().buffer).toString('hex');
const plain = bits();
let calls = 0;

function failed() {
  calls++;
  throw new Error(`no ${calls}`);
}

const FAILURES = {
  throws: () => layer.observe(failed),
  'throws an uninspectable object': () =>
    layer.observe(() => {
      calls++;
      throw Object.defineProperty({}, Symbol.for('nodejs.util.inspect.custom'), { value: failed });
    }),
  'throws a revoked proxy': () =>
    layer.observe(() => {
      calls++;
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      throw proxy;
    }),
  'throws at a reporter that rejects': () =>
    layer.observe(failed, { reporter: async (error) => Promise.reject(error) }),
  rejects: () => layer.observe(async () => failed()),
  'emits rejections later': () =>
    layer.transform(
      delay(0),
      map(async () => failed()),
    ),
  'subscriber throws': () => layer.observe().subscribe(failed),
};

const [, , failure, waits] = process.argv;
FAILURES[failure]();
let same = 0;
for (let i = 0; i < 1000; i++) {
  if (bits() === plain) same++;
  if (waits === 'with pauses') await new Promise((resolve) => setImmediate(resolve));
}
const listeners = ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event));
// RxJS's timers of 0 ms run before these: timers of equal length run in order.
setTimeout(() => setTimeout(() => console.log(JSON.stringify({ same, calls, listeners }))));
