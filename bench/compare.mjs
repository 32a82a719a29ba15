// Compares this build with another by CPU time, in alternating processes, beside a copy of the other build as control.
// The machine cannot tell apart less than the control's difference.
//
//   npm run build && node bench/compare.mjs --base <a dist folder> [dispatch] [linear] [chains] [tensorboard] [viewer-reading]
//
//   --rounds 7     processes for each side
//   --flag F       a flag of Node for this build alone, such as --experimental-wasm-revectorize
//   --limit 5      percent that a median may be above both base and control; more ends with exit code 1
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { dispatchLoops } from './dispatch.mjs';
import { copyDist } from './dist-copies.mjs';
import { alternate, cpuClock, median } from './harness.mjs';
import { pipelineLoops } from './pipeline.mjs';
import { printConditions } from './print.mjs';
import { formatTime } from './report.mjs';
import { loggingRuns } from './tensorboard.mjs';
import { makeLogs } from './viewer-logs.mjs';
import { readingRuns } from './viewer-reading.mjs';

const sizes = JSON.parse(readFileSync(new URL('../test/kernels/layer-sizes.json', import.meta.url), 'utf8'));

/** 30 MB of logs for `viewer-reading`. */
const LOGS = { directory: join(tmpdir(), 'layertap-compare-logs'), steps: 200, tags: 20 };

const asCandidates = (functions, kind) => Object.entries(functions).map(([name, work]) => ({ name, [kind]: work }));

/** The candidates of each kind, made from the entries of one build. */
const KINDS = {
  async dispatch(entry) {
    const { calls, network } = dispatchLoops(await entry('index'));
    return asCandidates({ ...calls, ...network }, 'loop');
  },
  async linear(entry) {
    const { Linear, rand, ReLU, Sequential } = await entry('index');
    return sizes.map(([rows, depth, columns]) => {
      const layer = new Sequential(new Linear(depth, columns), new ReLU());
      const x = rand(rows, depth);
      return { name: `${rows}x${depth}x${columns}`, run: () => layer(x).data };
    });
  },
  async chains(entry) {
    const { sink: _, ...loops } = pipelineLoops(await entry('index'), await entry('rxjs'));
    return asCandidates(loops, 'loop');
  },
  async tensorboard(entry, folder) {
    return loggingRuns(await entry('tensorboard'), folder).map(({ label, run }) => ({ name: label, run }));
  },
  async 'viewer-reading'(entry) {
    const entries = [await entry('tensorboard'), await entry('viewer'), await entry('viewer/logs')];
    return asCandidates(readingRuns(...entries, LOGS.directory), 'run');
  },
};

/** In a child process: times one kind on one side, and prints the medians by name as JSON. */
async function measure(kind, dist) {
  const folder = mkdtempSync(join(tmpdir(), 'layertap-bench-'));
  try {
    const entry = (name) => import(pathToFileURL(join(dist, `${name}.js`)).href);
    const candidates = await KINDS[kind](entry, folder);
    const turns = await alternate(candidates, { rounds: 15, millis: 8, warm: 150, clock: cpuClock });
    console.log(JSON.stringify(Object.fromEntries(Object.entries(turns).map(([name, ns]) => [name, median(ns)]))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compare(base, kinds, { rounds, limit, flags }) {
  const sides = { base: copyDist('base', base), control: copyDist('control', base), this: copyDist('this') };
  if (kinds.includes('viewer-reading')) await makeLogs(LOGS.directory, LOGS);
  printConditions(`medians of ${rounds} processes a side`);
  let slower = 0;
  for (const kind of kinds) {
    const results = { base: [], control: [], this: [] };
    const order = Object.keys(sides);
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < order.length; i++) {
        const side = order[(i + round) % order.length];
        const own = side === 'this' ? flags : [];
        const args = [...own, fileURLToPath(import.meta.url), '--measure', kind, sides[side]];
        results[side].push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })));
      }
    }
    console.log(`${kind.padEnd(40)} ${'base'.padStart(12)} ${'control'.padStart(9)} ${'this'.padStart(9)}`);
    for (const name of Object.keys(results.base[0])) {
      const ns = (side) => median(results[side].map((times) => times[name]));
      const more = (side) => 100 * (ns(side) / ns('base') - 1);
      const isSlower = more('this') > Math.max(0, more('control')) + limit;
      if (isSlower) slower++;
      const percent = (side) => `${more(side).toFixed(1)} %`.padStart(9);
      console.log(
        `  ${name.padEnd(38)} ${formatTime(ns('base')).padStart(12)} ${percent('control')} ${percent('this')}` +
          `${isSlower ? `  slower by more than ${limit} %` : ''}`,
      );
    }
  }
  process.exitCode = slower === 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({
  options: {
    base: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    limit: { type: 'string', default: '5' },
    flag: { type: 'string', multiple: true, default: [] },
    measure: { type: 'boolean' },
  },
  allowPositionals: true,
});
if (values.measure) await measure(...positionals);
else {
  const unknown = positionals.filter((kind) => !(kind in KINDS));
  if (values.base === undefined || unknown.length > 0) {
    console.error(`usage: node bench/compare.mjs --base <a dist folder> [${Object.keys(KINDS).join(' | ')}]`);
    process.exit(1);
  }
  const kinds = positionals.length > 0 ? positionals : Object.keys(KINDS);
  const { rounds, limit, flag: flags } = values;
  await compare(values.base, kinds, { rounds: Number(rounds), limit: Number(limit), flags });
}
