// A model of 20 layers, and ways to run it.
import { Linear, Module, ModuleList, rand, relu } from '../../dist/index.js';

export const LAYERS = 20;
const WIDTH = 128;
const ROWS = 8;

/** Calls each layer itself, so that it computes the same way with hooks and without. */
class Net extends Module {
  layers = new ModuleList(Array.from({ length: LAYERS }, () => new Linear(WIDTH, WIDTH)));
  forward(x) {
    let y = x;
    for (const layer of this.layers) y = relu(layer(y));
    return y;
  }
}

export const net = new Net();
const x = rand(ROWS, WIDTH);

/** A new task, without the 4 ms of a timer. */
const task = (() => {
  const { port1, port2 } = new MessageChannel();
  let next;
  port1.onmessage = () => next();
  // Node loads this file for its constants; the port must not keep the process alive.
  port1.unref?.();
  return () =>
    new Promise((resolve) => {
      next = resolve;
      port2.postMessage(undefined);
    });
})();

/** A task that leaves the rest of the time to others. */
const timer = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Inputs that are late by more ms are dropped, as with a camera. */
const LATEST = 100;

/**
 * Runs forwards for some time.
 * @param rate per second; Infinity runs without pause, in tasks of 8 ms
 * @returns the rate reached
 */
export async function run(rate, milliseconds) {
  const start = performance.now();
  let done = 0;
  let due = 0;
  for (let now = start; now < start + milliseconds; now = performance.now()) {
    if (rate === Number.POSITIVE_INFINITY) {
      for (const end = now + 8; performance.now() < end; done++) net(x);
      await task();
      continue;
    }
    const until = Math.floor(((now - start) * rate) / 1000);
    due = Math.max(due, until - (LATEST * rate) / 1000);
    for (; due < until; due++) {
      net(x);
      done++;
    }
    await timer();
  }
  return (done * 1000) / (performance.now() - start);
}
