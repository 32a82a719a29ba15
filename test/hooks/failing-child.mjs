// A process of its own for isolation.test.ts: the built package, no listener for what nobody catches, and one layer that
// is watched by something that fails. Prints what came of it as JSON.
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
  'throws what cannot be shown': () =>
    layer.observe(() => {
      calls++;
      throw Object.defineProperty({}, Symbol.for('nodejs.util.inspect.custom'), { value: failed });
    }),
  'throws what cannot be described': () =>
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
  if (waits === 'waits') await new Promise((resolve) => setImmediate(resolve));
}
const listeners = ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event));
// Long after everything that is still to come.
setTimeout(() => console.log(JSON.stringify({ same, calls, listeners })), 100);
