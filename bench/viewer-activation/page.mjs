// Runs in the page: three models, with and without cards of their layers. `measure` runs one of them for a while.
import { select } from '../../dist/index.js';
import { liveSource, mountActivation } from '../../dist/viewer.js';
import { MODELS } from '../../test/browser/viewer-activation-models.mjs';

const loaded = {};

/** One mounted card for each layer; counts the outputs that it takes. */
function watch({ hooks, layers, options = {} }) {
  const counts = layers.map(() => 0);
  const handles = layers.map((path, i) => {
    const live = liveSource(select(hooks, path), options);
    const source = {
      name: path,
      connect(listener) {
        const { activations } = listener;
        const take = activations.take.bind(activations);
        activations.take = (activation) => {
          counts[i]++;
          return take(activation);
        };
        return live.connect(listener);
      },
    };
    const box = document.createElement('div');
    Object.assign(box.style, { width: '400px', height: '280px', display: 'inline-block' });
    document.body.append(box);
    return [mountActivation(box, source), box];
  });
  return {
    counts,
    stop() {
      for (const [handle, box] of handles) {
        handle.remove();
        box.remove();
      }
    },
  };
}

const nextTask = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });

/** Without a pause for as long as this, in milliseconds: then the browser draws. */
const TURN = 4;

/**
 * Runs a model.
 * @param rate how many forwards a second are wanted; Infinity for as many as go
 * @returns forwards, frames and outputs taken by each card, in a second
 */
globalThis.measure = async ({ name, rate, watched, milliseconds }) => {
  loaded[name] ??= await MODELS[name]();
  const model = loaded[name];
  const cards = watched ? watch(model) : undefined;
  let frames = 0;
  let running = true;
  const count = () => {
    frames++;
    if (running) requestAnimationFrame(count);
  };
  // The cards are loaded, and the code becomes warm.
  for (const end = performance.now() + 500; performance.now() < end; await nextTask()) await model.run();
  cards?.counts.fill(0);
  requestAnimationFrame(count);
  let forwards = 0;
  const start = performance.now();
  let now = start;
  while (now - start < milliseconds) {
    const turn = now;
    while (now - turn < TURN && now - start >= (forwards * 1000) / rate) {
      const result = model.run();
      if (typeof result?.then === 'function') await result;
      forwards++;
      now = performance.now();
    }
    // A page that waits for its next input is idle: in Firefox messages that follow each other keep frames from coming.
    const early = start + (forwards * 1000) / rate - performance.now();
    await (early > 0 ? new Promise((resolve) => setTimeout(resolve, early)) : nextTask());
    now = performance.now();
  }
  running = false;
  const seconds = (now - start) / 1000;
  const taken = (cards?.counts ?? []).map((outputs) => outputs / seconds);
  cards?.stop();
  return { rate: forwards / seconds, frames: frames / seconds, taken };
};
