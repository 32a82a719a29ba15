// How fast the viewer reads log files into its store, in one thread, as the command's worker and a report do. The files are
// read once before, so that the system has them in memory.
//
//   npm run build && node --expose-gc bench/viewer-reading.mjs [--logs <directory made by viewer-logs.mjs>] [--turns 5]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { alternate, median } from './harness.mjs';
import { isMain, printConditions } from './print.mjs';
import { makeLogs } from './viewer-logs.mjs';

const MEGA = 1e6;

/**
 * Reads through public entries alone, so that builds with different inner files can be compared.
 * Takes the entries of any built copy.
 * @returns functions to time, by name
 */
export function readingRuns({ directoryLogs }, { workerSource }, { packLogs, postLogs }, directory) {
  return {
    'into the store, packed for a report': () => packLogs(directoryLogs(directory)),
    'by way of a worker': () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        const stopPosting = postLogs(port1, directoryLogs(directory));
        const stop = workerSource(port2).connect({
          points() {},
          progress({ read, total }) {
            if (read < total) return;
            stop();
            stopPosting();
            port1.close();
            resolve(total);
          },
        });
      }),
  };
}

/** The viewer's inner parts, in one bundle as a page has them. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'layertap-bench-'));
  const outfile = join(folder, 'viewer.mjs');
  await build({
    stdin: {
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
      contents: `
        export { directoryLogs } from './src/tensorboard/index.ts';
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

async function main() {
  // run.mjs gives each script a Python.
  const { values: options } = parseArgs({
    options: { logs: { type: 'string' }, turns: { type: 'string', default: '5' } },
    allowPositionals: true,
  });
  const directory = options.logs ?? join(tmpdir(), 'layertap-viewer-logs');
  const { directoryLogs, logSource, Store, packPoints, unpackPoints } = await load();

  /** Reads everything into a store; `take` is what the page does with a batch. */
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
  printConditions();
  const results = Object.fromEntries(Object.keys(WAYS).map((name) => [name, []]));
  const candidates = Object.entries(WAYS).map(([name, take]) => ({
    name,
    prepare: () => globalThis.gc?.(),
    async time() {
      const result = await readAll(take);
      results[name].push(result);
      return result.seconds * 1e9;
    },
  }));
  await alternate(candidates, { rounds: Number(options.turns) });
  // The first of each was the warm-up.
  for (const [name, [, ...runs]] of Object.entries(results)) {
    const { bytes, store } = runs[0];
    const of = (get) => median(runs.map(get));
    const rates = runs.map(({ seconds }) => bytes / MEGA / seconds);
    console.log(
      `${name}: ${median(rates).toFixed(0)} MB/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}) ` +
        `of ${(bytes / MEGA).toFixed(0)} MB; first points after ${of(({ first }) => first).toFixed(0)} ms; ` +
        `taking the points ${of(({ taking }) => taking).toFixed(0)} ms; ` +
        `most memory ${(of(({ heap }) => heap) / MEGA).toFixed(0)} MB; store ${(store.bytes / MEGA).toFixed(0)} MB`,
    );
  }
}

if (isMain(import.meta)) await main();
