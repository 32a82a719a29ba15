// The benchmark's command line:
//
//   node bench/run.mjs                              everything
//   node bench/run.mjs linear chains                these sections
//   node bench/run.mjs 1x784x512 37x123x45          these sizes of a Linear
//   --table                                         the sections beside rivals, without the scripts; at most 8 minutes
//   --in chromium                                   in chromium, firefox or webkit instead of this Node
//   --fuse                                          with V8's flag that fuses 128-bit operations; a file of results of its own
//   --quick                                         shorter, to see gross errors
//   --write                                         also into bench/results/
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES } from './browser/engines.mjs';
import { runInBrowser } from './browser/run.mjs';
import { runInNode } from './node/run.mjs';
import { report } from './report.mjs';
import { writeResults } from './results.mjs';
import { SECTIONS } from './sections/index.mjs';
import { startupReport } from './startup/index.mjs';
import { SUMMARY, summaryReport } from './summary.mjs';
import { targetsOf } from './targets.mjs';

/** `attempts`: how often everything is set up again. The others are harness.mjs's. */
const LONG = { attempts: 2, rounds: 6, millis: 8, warm: 60 };
const QUICK = { attempts: 1, rounds: 6, millis: 6, warm: 50 };
/** The section that starts each library anew. */
const STARTUP = 'startup';

/** Least ms of a sample where the clock is coarse. */
const COARSE = 20;

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
  'viewer-activation': 'viewer-activation.mjs',
};

const { values: options, positionals } = parseArgs({
  options: {
    table: { type: 'boolean' },
    in: { type: 'string' },
    fuse: { type: 'boolean', default: false },
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
  },
  allowPositionals: true,
});
function fail(message) {
  console.error(message);
  process.exit(1);
}
const browser = options.in;
if (browser !== undefined && !Object.hasOwn(ENGINES, browser)) {
  fail(`no engine is called ${browser}; there are ${Object.keys(ENGINES).join(', ')}`);
}
if (options.fuse && browser !== undefined && !ENGINES[browser].canFuse)
  fail(`--fuse is V8's; ${browser} has no such flag`);
const SCRIPTS = { undefined: NODE_SCRIPTS, chromium: CHROMIUM_SCRIPTS }[browser] ?? {};
const TABLE = [...Object.keys(SECTIONS), STARTUP];
const NAMES = [...TABLE, ...Object.keys(SCRIPTS)];
const isSize = (word) => /^\d+x\d+x\d+$/.test(word);
const askedSizes = positionals.filter(isSize).map((word) => word.split('x').map(Number));
const askedSections = positionals.filter((word) => !isSize(word));
const takesSizes = (name) => SECTIONS[name]?.takesSizes === true;
const unknown = askedSections.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) fail(`no section is called ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const versionOf = (name) => read(`node_modules/${name}/package.json`).version;
const sizes = askedSizes.length > 0 ? askedSizes : read('../test/kernels/layer-sizes.json');
const job = {
  sizes,
  settings: { ...(options.quick ? QUICK : LONG), ...(ENGINES[browser]?.coarse ? { sample: COARSE } : {}) },
  versions: {
    jax: versionOf('@jax-js/jax'),
    litert: versionOf('@litertjs/core'),
    mlMatrix: versionOf('ml-matrix'),
    stdlib: versionOf('@stdlib/blas-base-sgemm'),
  },
  fuse: options.fuse,
};

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

/** Rows by section, for the summary. */
const rowsOf = {};
let engine = `Node ${process.versions.node}`;

/** Runs a section. @returns its Markdown, or undefined if it has no rows */
async function sectionReport(section) {
  const busyProcessors = watchProcessors();
  const rows = [];
  let versions = {};
  let absent = {};
  let skip;
  const run = browser === undefined ? runInNode : (...args) => runInBrowser(browser, ...args);
  await run({ ...job, section }, (message) => {
    if (message.engine !== undefined) engine = message.engine;
    if (message.versions !== undefined) ({ versions, absent } = message);
    if (message.skip !== undefined) skip = message.skip;
    if (message.row === undefined) return;
    rows.push(message.row);
    console.error(`${section} ${message.row.label}`);
  });
  if (skip !== undefined) return `## ${SECTIONS[section].title}\n\nSkipped in ${engine}: ${skip}.\n`;
  // None of the sizes asked for belongs here.
  if (rows.length === 0) return undefined;
  rowsOf[section] = rows;
  const rivals = Object.entries(versions).map((entry) => entry.join(' '));
  const conditions = conditionsOf(busyProcessors(), ...rivals);
  return report(SECTIONS[section], rows, conditions, absent, targetsOf(section, rows, engine));
}

function conditionsOf(busy, ...others) {
  const machine = `${cpus()[0].model}, ${busy.toFixed(1)} of ${cpus().length} processors busy`;
  const flag = options.fuse ? ['V8 fuses 128-bit operations (experimental)'] : [];
  return [new Date().toISOString().slice(0, 10), engine, ...flag, machine, ...others].join(', ');
}

function startReport() {
  const busyProcessors = watchProcessors();
  return startupReport(browser, (version = engine) => {
    engine = version;
    return conditionsOf(busyProcessors());
  });
}

function scriptReport(name) {
  const script = fileURLToPath(new URL(SCRIPTS[name], import.meta.url));
  const args = browser !== undefined ? [] : [process.env.PYTHON ?? 'python3'];
  const { stdout, status } = spawnSync(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${SCRIPTS[name]} ended with code ${status}`);
  return `## ${name}\n\n\`\`\`\n${stdout.toString().trim()}\n\`\`\`\n`;
}

const file = {
  engine: `${browser ?? `node-${process.versions.node.split('.')[0]}`}${options.fuse ? '-fused' : ''}`,
  about: options.fuse
    ? '**With an experimental flag of V8**, off by default, that fuses pairs of 128-bit operations. No user has these figures.'
    : '',
};
function show(name, markdown) {
  console.log(`\n${markdown}`);
  if (options.write && askedSizes.length === 0) writeResults(file, [SUMMARY, ...NAMES], name, markdown);
}

const all = options.table || options.fuse ? TABLE : NAMES;
const asked =
  askedSections.length > 0 ? askedSections : all.filter((name) => askedSizes.length === 0 || takesSizes(name));
const busyProcessors = watchProcessors();
for (const name of asked) {
  const markdown = await (name in SCRIPTS ? scriptReport : name === STARTUP ? startReport : sectionReport)(name);
  if (markdown !== undefined) show(name, markdown);
}
if (askedSections.length === 0 && askedSizes.length === 0) {
  // Node 20 has relaxed SIMD behind a flag.
  const hasRelaxed = rowsOf.linear[0].times.relaxed !== undefined && !engine.startsWith('Node 20.');
  show(SUMMARY, summaryReport(rowsOf, hasRelaxed ? 'relaxed' : 'simd', conditionsOf(busyProcessors())));
}
