// Runs in Chromium: forwards in the page or in a worker, with a viewer or without, and how the page responds.
import { kernelName, listHooks, select } from '../../dist/index.js';
import { mountViewer, workerSource } from '../../dist/viewer.js';
import { net, run } from './model.mjs';

const worker = new Worker('/worker.js', { type: 'module' });
const place = document.querySelector('#viewer');

/** The time between a pointer event and its handler. */
let waits = [];
addEventListener('pointermove', (event) => waits.push(performance.now() - event.timeStamp));

function runIn(where, rate, milliseconds) {
  if (where === 'page') return run(rate, milliseconds);
  return new Promise((resolve) => {
    const listen = ({ data }) => {
      if (data?.rate === undefined) return;
      worker.removeEventListener('message', listen);
      resolve(data.rate);
    };
    worker.addEventListener('message', listen);
    worker.postMessage({ run: rate, milliseconds });
  });
}

/** @returns the rate of the forwards, times of frames and events in ms, and the number of points shown */
globalThis.measure = async ({ where, rate, watched, milliseconds }) => {
  const source = where === 'page' ? select(net, 'layers.*') : workerSource(worker);
  const viewer = watched ? mountViewer(place, source) : undefined;
  // Warm, and the first cards drawn.
  await runIn(where, rate, 800);
  const frames = [];
  let last;
  let measuring = true;
  requestAnimationFrame(function frame(now) {
    if (last !== undefined) frames.push(now - last);
    last = now;
    if (measuring) requestAnimationFrame(frame);
  });
  waits = [];
  const reached = await runIn(where, rate, milliseconds);
  measuring = false;
  const columns = viewer?.store.histograms('live', 'layers.0')?.length ?? 0;
  viewer?.unmount();
  if (listHooks(net).length > 0) throw new Error('hooks were left');
  return { rate: reached, frames, waits, columns };
};
globalThis.kernels = kernelName();
