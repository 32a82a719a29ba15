// The start of each library: what it ships, and the time from loading it to its first output, each time in a new process or
// a new browser.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle, runWorker } from '../browser/run.mjs';
import { formatTime, table } from '../report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** By name: its program, and the files in bench/node_modules/ that it fetches in an engine with relaxed SIMD. */
const LIBRARIES = {
  layertap: { program: 'layertap', fetches: [] },
  'tfjs wasm': { program: 'tfjs', fetches: ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'] },
  'onnxruntime-web': { program: 'onnxruntime-web', fetches: ['onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'] },
  'litert.js': {
    program: 'litert',
    fetches: ['@litertjs/core/wasm/litert_wasm_internal.js', '@litertjs/core/wasm/litert_wasm_internal.wasm'],
  },
  'jax-js': { program: 'jax', fetches: [] },
};

/** Starts of each library; the fastest counts. A browser starts slowly. */
const STARTS = { node: 5, browser: 3 };

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(bytes < 1e5 ? 1 : 0)} KB`;
const milliseconds = (ms) => formatTime(ms * 1e6);

const startInNode = (program) =>
  new Promise((resolve, reject) => {
    const child = fork(here('node.mjs'), [program]);
    child.on('message', resolve).on('error', reject);
    child.on('close', (code) => reject(new Error(`the start of ${program} ended with code ${code}`)));
  });

async function startInBrowser(browser, program, scripts) {
  const found = {};
  await runWorker(browser, scripts, { program }, (message) => Object.assign(found, message));
  return { ...found.times, engine: found.engine };
}

/**
 * @param browser a name in ENGINES, undefined for this Node
 * @param conditionsOf the date and the machine for an engine, undefined for this Node; called at the end
 * @returns the Markdown of the section
 */
export async function startupReport(browser, conditionsOf) {
  const worker = await bundle(here('worker.mjs'));
  const rows = [];
  let engine;
  for (const [name, { program, fetches }] of Object.entries(LIBRARIES)) {
    const text = await bundle(here(`programs/${program}.mjs`), { minify: true });
    const shipped = [Buffer.from(text), ...fetches.map((path) => readFileSync(here(`../node_modules/${path}`)))];
    const total = (sizes) => kilobytes(sizes.reduce((sum, size) => sum + size, 0));
    const bytes = [total(shipped.map(({ length }) => length)), total(shipped.map((part) => gzipSync(part).length))];
    const scripts = { '/worker.js': worker, [`/startup/${program}.js`]: text };
    const starts = [];
    try {
      for (let i = 0; i < STARTS[browser === undefined ? 'node' : 'browser']; i++) {
        starts.push(await (browser === undefined ? startInNode(program) : startInBrowser(browser, program, scripts)));
      }
    } catch (error) {
      rows.push([name, ...bytes, '–', '–', '–', String(error.message).split('\n')[0]]);
      continue;
    }
    engine = starts[0].engine;
    const all = ({ load, prepare, call }) => load + prepare + call;
    const best = starts.reduce((a, b) => (all(b) < all(a) ? b : a));
    rows.push([name, ...bytes, ...[best.load, best.prepare, best.call, all(best)].map(milliseconds)]);
    console.error(`startup ${name}`);
  }
  return `${[
    '## Start-up',
    `Linear + ReLU of 1x784x512, verified. Bytes are the program in one bundle, minified, and the files that it fetches.
In ${browser === undefined ? 'a new process, where packages are loaded unbundled' : 'a new browser, from a server on the same machine'}:
loading the program; preparing (compiling, and taking the weights); the first call. The fastest start of ${STARTS[browser === undefined ? 'node' : 'browser']}.`,
    conditionsOf(engine),
    table(['', 'bytes', 'gzipped', 'load', 'prepare', 'first call', 'sum'], rows),
  ].join('\n\n')}\n`;
}
