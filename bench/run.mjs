// The benchmark's command line:
//
//   node bench/run.mjs                              everything
//   node bench/run.mjs linear chains                these sections
//   node bench/run.mjs linear 1x784x512 37x123x45   these sizes
//   --quick                                         shorter: good enough to see what is wrong
//   --write                                         also into bench/results/
import { fork, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { report } from './report.mjs';
import { writeResults } from './results.mjs';
import { SECTIONS } from './sections/index.mjs';
import { targetsOf } from './targets.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What prints its own lines, in a process of its own. */
const SCRIPTS = { dispatch: 'dispatch.mjs', pipeline: 'pipeline.mjs' };
const NAMES = [...Object.keys(SECTIONS), ...Object.keys(SCRIPTS)];

const LONG = { rounds: 15, millis: 15, warm: 150 };
const QUICK = { rounds: 5, millis: 6, warm: 60 };

const settings = process.argv.includes('--quick') ? QUICK : LONG;
const write = process.argv.includes('--write');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isSize = (word) => /^\d+x\d+x\d+$/.test(word);
const sections = words.filter((word) => !isSize(word));
const unknown = sections.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`no section is called ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
  process.exit(1);
}
const layerSizes = JSON.parse(readFileSync(new URL('../test/kernels/layer-sizes.json', import.meta.url), 'utf8'));
const asked = words.filter(isSize).map((word) => word.split('x').map(Number));
const sizes = asked.length > 0 ? asked : layerSizes;

const major = Number(process.versions.node.split('.')[0]);
/** Node 20 hides relaxed SIMD behind a flag; without it, its users have the column "simd". */
const flags = major < 22 ? ['--experimental-wasm-relaxed-simd'] : [];
const engine = `Node ${process.versions.node}`;

/** Runs a section in a process of its own. */
function runSection(name) {
  return new Promise((resolve, reject) => {
    const rows = [];
    let versions = {};
    const child = fork(here('node-section.mjs'), [JSON.stringify({ name, sizes, settings })], { execArgv: flags });
    child.on('message', (message) => {
      if (message.versions !== undefined) versions = message.versions;
      if (message.row === undefined) return;
      rows.push(message.row);
      process.stderr.write(`${name} ${message.row.label}\n`);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ rows, versions });
      else reject(new Error(`the section ${name} ended with code ${code}`));
    });
  });
}

/** The heading, the machine and the versions of one section. */
function conditions(versions) {
  const date = new Date().toISOString().slice(0, 10);
  const rivals = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [`${date}, ${engine} (V8 ${process.versions.v8}), ${cpus()[0].model}`, ...rivals].join(', ');
}

for (const name of sections.length > 0 ? sections : NAMES) {
  let markdown;
  if (name in SCRIPTS) {
    const { stdout, status } = spawnSync(process.execPath, [here(SCRIPTS[name])], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error(`${SCRIPTS[name]} ended with code ${status}`);
    markdown = `## ${name}\n\n${conditions({})}\n\n\`\`\`\n${stdout.trim()}\n\`\`\`\n`;
  } else {
    const { rows, versions } = await runSection(name);
    markdown = report(SECTIONS[name], rows, conditions(versions), targetsOf(name, rows, { node: major }));
  }
  console.log(`\n${markdown}`);
  if (write && asked.length === 0) writeResults(`node-${major}`, engine, NAMES, name, markdown);
}
