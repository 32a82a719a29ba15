// How fast the viewer reads log files: from the disk into its store, in one thread, as the command's worker and a report
// do. The files are read once before, so that they come from the system's memory and not from the disk.
//
//   npm run build && node --expose-gc bench/viewer-reading.mjs [--logs <directory made by viewer-logs.mjs>] [--turns 5]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { makeLogs } from './viewer-logs.mjs';

// The benchmark's command line gives a Python, as to all its scripts.
const { values: options } = parseArgs({
  options: { logs: { type: 'string' }, turns: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const directory = options.logs ?? join(tmpdir(), 'layertap-viewer-logs');
const turns = Number(options.turns);
const MEGA = 1e6;

/** What is measured, in one bundle as a page has it. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'layertap-bench-'));
  const outfile = join(folder, 'viewer.mjs');
  await build({
    stdin: {
      resolveDir: fileURLToPath(new URL('../src', import.meta.url)),
      contents: `
        export { directoryLogs } from './tensorboard/index.ts';
        export { Store } from './viewer/data/store.ts';
        export { packPoints, unpackPoints } from './viewer/data/pack-points.ts';
        export { logSource } from './viewer/sources/logs.ts';`,
    },
    bundle: true,
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { directoryLogs, logSource, Store, packPoints, unpackPoints } = await load();

/** Reads everything into a store; `points` is what the page does with a batch. */
function readAll(take) {
  const store = new Store();
  const start = performance.now();
  let [first, heap, taking] = [undefined, 0, 0];
  return new Promise((resolve) => {
    const stop = logSource('logs', directoryLogs(directory)).connect({
      points(points) {
        first ??= performance.now() - start;
        const before = performance.now();
        take(store, points);
        taking += performance.now() - before;
        heap = Math.max(heap, process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
      },
      progress({ read, total }) {
        if (read < total) return;
        stop();
        resolve({ seconds: (performance.now() - start) / 1000, first, heap, taking, bytes: total, store });
      },
      warning: (message) => console.log(message),
    });
  });
}

const WAYS = {
  'into the store': (store, points) => store.add(points),
  'into the store, by way of a worker': (store, points) => store.add(unpackPoints(packPoints(points))),
};

await makeLogs(directory);
for (const name of readdirSync(directory)) readFileSync(join(directory, name));
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0].model}`);
const results = Object.fromEntries(Object.keys(WAYS).map((name) => [name, []]));
for (let turn = 0; turn < turns; turn++) {
  for (const [name, take] of Object.entries(WAYS)) {
    globalThis.gc?.();
    results[name].push(await readAll(take));
  }
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
for (const [name, runs] of Object.entries(results)) {
  const { bytes, store } = runs[0];
  const of = (get) => median(runs.map(get));
  const rates = runs.map(({ seconds }) => bytes / MEGA / seconds);
  console.log(
    `${name}: ${of(({ seconds }) => bytes / MEGA / seconds).toFixed(0)} MB/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}) ` +
      `of ${(bytes / MEGA).toFixed(0)} MB; first points after ${of(({ first }) => first).toFixed(0)} ms; ` +
      `taking the points ${of(({ taking }) => taking).toFixed(0)} ms; ` +
      `most memory ${(of(({ heap }) => heap) / MEGA).toFixed(0)} MB; store ${(store.bytes / MEGA).toFixed(0)} MB`,
  );
}
