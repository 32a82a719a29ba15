// The benchmark's command line:
//
//   node bench/run.mjs                              everything
//   node bench/run.mjs linear chains                these sections
//   node bench/run.mjs 1x784x512 37x123x45          these sizes of a Linear
//   --chromium                                      in Chromium instead of this Node
//   --quick                                         shorter, to see gross errors
//   --write                                         also into bench/results/
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runInNode } from './node/run.mjs';
import { report } from './report.mjs';
import { writeResults } from './results.mjs';
import { SECTIONS } from './sections/index.mjs';
import { targetsOf } from './targets.mjs';

/** `attempts`: how often everything is set up again. The others are harness.mjs's. */
const LONG = { attempts: 2, rounds: 6, millis: 8, warm: 60 };
const QUICK = { attempts: 1, rounds: 6, millis: 6, warm: 50 };

/** Scripts that print their own lines, in Node only. Each gets the path of a Python. */
const NODE_SCRIPTS = {
  dispatch: 'dispatch.mjs',
  pipeline: 'pipeline.mjs',
  tensorboard: 'tensorboard.mjs',
  tfjs: 'tfjs.mjs',
  'tfjs-statistics': 'tfjs-statistics.mjs',
  'viewer-reading': 'viewer-reading.mjs',
};
/** In Chromium only. */
const CHROMIUM_SCRIPTS = {
  viewer: 'viewer.mjs',
  'viewer-cards': 'viewer-cards.mjs',
  'viewer-live': 'viewer-live.mjs',
};

const { values: options, positionals } = parseArgs({
  options: { chromium: { type: 'boolean' }, quick: { type: 'boolean' }, write: { type: 'boolean' } },
  allowPositionals: true,
});
const SCRIPTS = options.chromium ? CHROMIUM_SCRIPTS : NODE_SCRIPTS;
const NAMES = [...Object.keys(SECTIONS), ...Object.keys(SCRIPTS)];
const isSize = (word) => /^\d+x\d+x\d+$/.test(word);
const askedSizes = positionals.filter(isSize).map((word) => word.split('x').map(Number));
const askedSections = positionals.filter((word) => !isSize(word));
const takesSizes = (name) => SECTIONS[name]?.takesSizes === true;
const unknown = askedSections.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`no section is called ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
  process.exit(1);
}

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const sizes = askedSizes.length > 0 ? askedSizes : read('../test/kernels/layer-sizes.json');
const job = {
  sizes,
  settings: options.quick ? QUICK : LONG,
  versions: { jax: read('node_modules/@jax-js/jax/package.json').version },
};
// Without --chromium its driver need not be installed.
const runSection = options.chromium ? (await import('./chromium/run.mjs')).runInChromium : runInNode;

/** @returns a function that gives the mean number of busy processors since this call */
function watchProcessors() {
  const spent = () =>
    cpus().reduce(
      ({ busy, all }, { times: { user, nice, sys, irq, idle } }) => ({
        busy: busy + user + nice + sys + irq,
        all: all + user + nice + sys + irq + idle,
      }),
      { busy: 0, all: 0 },
    );
  const before = spent();
  return () => {
    const after = spent();
    return ((after.busy - before.busy) / (after.all - before.all)) * cpus().length;
  };
}

/** Runs a section. @returns its Markdown, or undefined if it has no rows */
async function sectionReport(section) {
  const busyProcessors = watchProcessors();
  const rows = [];
  let engine = `Node ${process.versions.node}`;
  let versions = {};
  await runSection({ ...job, section }, (message) => {
    if (message.engine !== undefined) engine = message.engine;
    if (message.versions !== undefined) versions = message.versions;
    if (message.row === undefined) return;
    rows.push(message.row);
    console.error(`${section} ${message.row.label}`);
  });
  // None of the sizes asked for belongs here.
  if (rows.length === 0) return undefined;
  const machine = `${cpus()[0].model}, ${busyProcessors().toFixed(1)} of ${cpus().length} processors busy`;
  const rivals = Object.entries(versions).map((entry) => entry.join(' '));
  const conditions = [new Date().toISOString().slice(0, 10), engine, machine, ...rivals].join(', ');
  return report(SECTIONS[section], rows, conditions, targetsOf(section, rows, engine));
}

function scriptReport(name) {
  const script = fileURLToPath(new URL(SCRIPTS[name], import.meta.url));
  const args = options.chromium ? [] : [process.env.PYTHON ?? 'python3'];
  const { stdout, status } = spawnSync(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${SCRIPTS[name]} ended with code ${status}`);
  return `## ${name}\n\n\`\`\`\n${stdout.toString().trim()}\n\`\`\`\n`;
}

const file = options.chromium ? 'chromium' : `node-${process.versions.node.split('.')[0]}`;
const asked =
  askedSections.length > 0 ? askedSections : NAMES.filter((name) => askedSizes.length === 0 || takesSizes(name));
for (const name of asked) {
  const markdown = name in SCRIPTS ? scriptReport(name) : await sectionReport(name);
  if (markdown === undefined) continue;
  console.log(`\n${markdown}`);
  if (options.write && askedSizes.length === 0) writeResults(file, NAMES, name, markdown);
}
