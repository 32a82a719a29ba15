// The cost of logging, beside PyTorch's SummaryWriter, in alternating turns: both write files, both flush at the end of each
// run. Without a Python that has torch and tensorboard it shows layertap alone, and says so.
//
//   npm run build && node bench/tensorboard.mjs [a python that has torch and tensorboard]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { alternate, median } from './harness.mjs';
import { isMain, printConditions } from './print.mjs';

const SETTINGS = { rounds: 15, millis: 30, warm: 300 };

/** `ours` and `theirs` are calls in a run, which ends with a flush. */
const CASES = [
  { what: 'histogram', size: 1000, ours: 500, theirs: 5, target: 100 },
  { what: 'histogram', size: 10_000, ours: 100, theirs: 5 },
  { what: 'histogram', size: 100_000, ours: 15, theirs: 4 },
  { what: 'histogram', size: 1_000_000, ours: 3, theirs: 2, target: 8 },
  { what: 'scalar', size: 1, ours: 3000, theirs: 300 },
  { what: 'image', size: 30_000, ours: 4, theirs: 4 },
];

const labelOf = ({ what, size }) =>
  ({ histogram: `addHistogram, ${size} float32`, scalar: 'addScalar', image: 'addImage, 3x100x100 floats' })[what];

/**
 * @param tensorboard the entry of any built copy
 * @param directory to write to
 * @returns for each case, its `label`, how many `calls` a run makes, and `run`
 */
export function loggingRuns({ SummaryWriter }, directory) {
  const writer = new SummaryWriter(directory);
  return CASES.map((one) => {
    const { what, size, ours } = one;
    const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1) * Math.sin((i + 1) * 0.37) * 3);
    const image = { data: values.map((x) => Math.min(Math.abs(x), 1)), shape: [3, 100, 100] };
    const call = {
      histogram: () => writer.addHistogram('layer', values, 0),
      scalar: () => writer.addScalar('loss', 0.5, 0),
      image: () => writer.addImage('picture', image, 0),
    }[what];
    const run = async () => {
      for (let i = 0; i < ours; i++) call();
      await writer.flush();
    };
    return { ...one, label: labelOf(one), calls: ours, run };
  });
}

/** PyTorch's side, or undefined without it. */
async function startPython(program) {
  if (program === undefined) return undefined;
  const child = spawn(program, [fileURLToPath(new URL('pytorch_writer.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const version = await next();
  if (version === undefined) return undefined;
  return {
    version,
    /** Repeats a run for about `millis`. @returns ns per call */
    async time({ what, size, theirs }, millis) {
      const samples = [];
      for (const start = performance.now(); samples.length === 0 || performance.now() - start < millis; ) {
        child.stdin.write(`${what} ${size} ${theirs}\n`);
        samples.push(Number(await next()) * 1e9);
      }
      return median(samples);
    },
    stop: () => child.stdin.end(),
  };
}

async function main() {
  const { kernelName } = await import('../dist/index.js');
  const directory = mkdtempSync(join(tmpdir(), 'layertap-bench-'));
  const python = await startPython(process.argv[2]);
  printConditions(`${kernelName()} kernels`, python?.version ?? 'no Python with torch and tensorboard: our side alone');
  const cells = (...row) => console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(32) : cell.padStart(12))).join(''));
  const microseconds = (ns) => `${(ns / 1000).toFixed(1)} µs`;
  cells('a call of', 'layertap', 'ns a value', 'PyTorch', 'ratio');
  let scalar;
  try {
    for (const one of loggingRuns(await import('../dist/tensorboard.js'), directory)) {
      const theirs = python && { name: 'theirs', time: (millis) => python.time(one, millis) };
      const turns = await alternate([{ name: 'ours', run: one.run }, ...(theirs ? [theirs] : [])], SETTINGS);
      const mine = median(turns.ours) / one.calls;
      if (one.what === 'scalar') scalar = mine;
      const other = theirs && median(turns.theirs);
      const ratio = other && `${(other / mine).toFixed(1)}x${one.target ? ` (target: ${one.target}x)` : ''}`;
      cells(
        one.label,
        microseconds(mine),
        one.what === 'scalar' ? '' : (mine / one.size).toFixed(1),
        other ? microseconds(other) : '',
        ratio === undefined ? '' : `   ${ratio}`,
      );
    }
    console.log(
      `\n${Math.round(1e9 / scalar)} scalars a second into a file. Medians of ${SETTINGS.rounds} alternating turns.`,
    );
  } finally {
    python?.stop();
    rmSync(directory, { recursive: true });
  }
}

if (isMain(import.meta)) await main();
