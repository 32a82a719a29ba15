// `layertap view` on a directory of many runs in Chromium, beside TensorBoard on the same files: when the first picture is there,
// when every curve has a thousand points, when every record has been read; frames while the pointer moves, and memory.
//
//   npm run build && node bench/viewer-many-runs.mjs [--logs <directory>] [--runs 1000] [--records 10000] [--python python3]
//     [--without-tensorboard]
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../test/browser/harness/browsers.mjs';
import { startView } from '../test/browser/viewer-command.mjs';
import { median } from './harness.mjs';
import { printConditions } from './print.mjs';
import { makeRuns, TAG } from './viewer-run-logs.mjs';

const { values: options } = parseArgs({
  options: {
    logs: { type: 'string' },
    runs: { type: 'string', default: '1000' },
    records: { type: 'string', default: '10000' },
    python: { type: 'string', default: 'python3' },
    'without-tensorboard': { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
});
const [runs, records] = [Number(options.runs), Number(options.records)];
const directory = options.logs ?? join(tmpdir(), `layertap-runs-${runs}-${records}`);
const TIMEOUT = 300_000;

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

/** The resident memory of a process and its descendants, in bytes: what the browser or the server takes. */
function residentOf(root) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))[1]));
    } catch {
      // It has ended.
    }
  }
  const isBelow = (process) =>
    process === root || (parents.has(process) && process > 1 && isBelow(parents.get(process)));
  let sum = 0;
  for (const process of parents.keys()) {
    if (!isBelow(process)) continue;
    try {
      sum += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${process}/smaps_rollup`, 'utf8'))[1]) * 1024;
    } catch {
      // It has ended, or is a zombie.
    }
  }
  return sum;
}

/** Calls `attempt` in the page until it holds. @returns milliseconds since `start` */
async function when(page, start, expression) {
  while (!(await page.evaluate(`Boolean((() => { try { return ${expression}; } catch { return false; } })())`))) {
    if (performance.now() - start > TIMEOUT)
      throw new Error(`after ${TIMEOUT / 1000} s this does not hold: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return performance.now() - start;
}

/** Frames a second while the pointer moves over an element for two seconds. */
async function framesOf(page, { x, y, width, height }) {
  await page.evaluate(() => {
    const frames = [];
    globalThis.frames = frames;
    const next = (now) => {
      frames.push(now);
      if (globalThis.frames === frames) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  const end = performance.now() + 2000;
  for (let i = 0; performance.now() < end; i++) {
    await page.mouse.move(x + (width * ((i * 7) % 100)) / 100, y + height * (0.3 + 0.4 * ((i % 10) / 10)));
  }
  const times = await page.evaluate(() => {
    const { frames } = globalThis;
    globalThis.frames = undefined;
    return frames;
  });
  const apart = times.slice(1).map((time, i) => time - times[i]);
  return { rate: (1000 * apart.length) / (times.at(-1) - times[0]), median: median(apart) };
}

async function ours() {
  const start = performance.now();
  const server = await startView(directory);
  const started = performance.now() - start;
  const browser = await launch('chromium');
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  const idle = residentOf(browser.process().pid);
  const opened = performance.now();
  await page.goto(server.url, { waitUntil: 'commit' }).catch(() => page.goto(server.url));
  const series = `viewer.store.runs.map((run) => viewer.store.scalars(run, ${JSON.stringify(TAG)}))`;
  const canvas = `document.querySelector('#viewer').shadowRoot.querySelector('.card.scalar canvas')`;
  const painted = `(() => { const canvas = ${canvas}; const { data } = (globalThis.copy ??= new OffscreenCanvas(300, 150).getContext('2d', { willReadFrequently: true })) && (copy.clearRect(0, 0, 300, 150), copy.drawImage(canvas, 0, 0, 300, 150), copy.getImageData(0, 0, 300, 150)); return new Set(new Uint32Array(data.buffer)).size > 20; })()`;
  const picture = await when(page, opened, painted);
  const thousand = await when(
    page,
    opened,
    `viewer.store.runs.length === ${runs} && ${series}.every((one) => one?.length >= ${Math.min(1000, records)})`,
  );
  const all = await when(
    page,
    opened,
    `viewer.store.runs.length === ${runs} && ${series}.every((one) => one?.logged === ${records})`,
  );
  const kept = await page.evaluate(`${series}.reduce((sum, one) => sum + one.kept, 0)`);
  const points = await page.evaluate(`${series}.reduce((sum, one) => sum + one.length, 0)`);
  const memory = await page.evaluate(async () => {
    const { bytes, breakdown } = await performance.measureUserAgentSpecificMemory();
    return { bytes, breakdown: breakdown.filter((one) => one.bytes > 1e6).map((one) => [one.bytes, one.types.join()]) };
  });
  const box = await page.evaluate(
    `(() => { const { x, y, width, height } = ${canvas}.getBoundingClientRect(); return { x, y, width, height }; })()`,
  );
  const frames = await framesOf(page, box);
  const resident = residentOf(browser.process().pid) - idle;
  const rows = [
    ['server ready', seconds(started), ''],
    ['first picture', seconds(picture), '1 s'],
    ['1,000 points of each', seconds(thousand), '10 s'],
    ['every record', seconds(all), '30 s'],
    ['records kept', String(kept), String(runs * records)],
    ['points in the page', String(points), ''],
    ['frames a second, pointer moving', `${frames.rate.toFixed(0)} (median ${frames.median.toFixed(1)} ms)`, '50'],
    ['memory of page and worker', megabytes(memory.bytes), megabytes(1.5 * 24 * runs * records)],
    ['resident memory of the browser, above an empty page', megabytes(resident), ''],
    ['resident memory of the server', megabytes(residentOf(server.pid)), ''],
  ];
  if (options.verbose) console.log(memory.breakdown);
  await browser.close();
  await server.stop();
  return rows;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** TensorBoard's own page: when it lists all runs, and when its server has loaded all of them. */
async function tensorboard() {
  const port = await freePort();
  const start = performance.now();
  const server = spawn(
    options.python,
    [
      '-m',
      'tensorboard.main',
      '--logdir',
      directory,
      '--port',
      String(port),
      '--samples_per_plugin',
      `scalars=${records}`,
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}/`;
  const ask = async (path) => {
    try {
      return await (await fetch(url + path)).json();
    } catch {
      return undefined;
    }
  };
  const until = async (attempt) => {
    while (!(await attempt())) {
      if (performance.now() - start > TIMEOUT) throw new Error('TensorBoard took too long');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return performance.now() - start;
  };
  try {
    await until(async () => (await ask('data/runs')) !== undefined);
    const browser = await launch('chromium');
    const page = await browser.newPage();
    await page.setViewport({ width: 1440, height: 900 });
    const opened = performance.now();
    await page.goto(`${url}#timeseries`);
    const curve = `(() => { const all = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]); return all(document).some((one) => one.localName === 'line-chart'); })()`;
    const picture = await when(page, opened, curve);
    const listed = await until(async () => (await ask('data/runs'))?.length === runs);
    const last = `search/rate=${((runs - 1) % 40) / 1000}/seed=${Math.floor((runs - 1) / 40)}`;
    const all = await until(async () => {
      const query = new URLSearchParams({ run: last, tag: TAG });
      return (await ask(`data/plugin/scalars/scalars?${query}`))?.length === records;
    });
    const resident = residentOf(server.pid);
    await browser.close();
    return [
      ['first chart in its page', seconds(picture)],
      ['all runs listed, since its start', seconds(listed)],
      ['every record of the last run, since its start', seconds(all)],
      ['resident memory of its server', megabytes(resident)],
    ];
  } finally {
    server.kill();
  }
}

await makeRuns(directory, { runs, records });
const size = readdirSync(directory, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
printConditions();
console.log(`${runs} runs of ${records} scalars, ${megabytes(size)}`);
for (const [what, value, target] of await ours()) {
  console.log(`layertap: ${what}: ${value}${target === '' ? '' : ` (target ${target})`}`);
}
if (!options['without-tensorboard']) {
  for (const [what, value] of await tensorboard()) console.log(`TensorBoard: ${what}: ${value}`);
}
process.exit();
