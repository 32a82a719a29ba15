// What it costs to log, beside PyTorch's SummaryWriter, in turns in one run: both write files, both flush at the end of
// each turn. Without a Python that has torch and tensorboard it shows our side alone, and says so.
//
//   npm run build && node bench/tensorboard.mjs [a python that has torch and tensorboard]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { kernelName } from '../dist/index.js';
import { SummaryWriter } from '../dist/tensorboard.js';

const TURNS = 15;

/** Thousands of calls, until the optimising compiler has finished. */
const WARM_TURNS = 10;

/** `theirs` and `ours` are calls in a turn. */
const CASES = [
  { what: 'histogram', size: 1000, ours: 500, theirs: 5, target: 100 },
  { what: 'histogram', size: 10_000, ours: 100, theirs: 5 },
  { what: 'histogram', size: 100_000, ours: 15, theirs: 4 },
  { what: 'histogram', size: 1_000_000, ours: 3, theirs: 2, target: 8 },
  { what: 'scalar', size: 1, ours: 3000, theirs: 300 },
  { what: 'image', size: 30_000, ours: 4, theirs: 4 },
];

const directory = mkdtempSync(join(tmpdir(), 'layertap-bench-'));
const writer = new SummaryWriter(directory);

async function timeOurs({ what, size, ours }) {
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1) * Math.sin((i + 1) * 0.37) * 3);
  const image = { data: values.map((x) => Math.min(Math.abs(x), 1)), shape: [3, 100, 100] };
  const start = performance.now();
  for (let i = 0; i < ours; i++) {
    if (what === 'histogram') writer.addHistogram('layer', values, 0);
    else if (what === 'scalar') writer.addScalar('loss', 0.5, 0);
    else writer.addImage('picture', image, 0);
  }
  await writer.flush();
  return (performance.now() - start) / ours / 1000;
}

/** The other side, or undefined where there is none. */
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
    async time({ what, size, theirs }) {
      child.stdin.write(`${what} ${size} ${theirs}\n`);
      return Number(await next());
    },
    stop: () => child.stdin.end(),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const microseconds = (seconds) => `${(seconds * 1e6).toFixed(1)} µs`.padStart(11);

const python = await startPython(process.argv[2]);
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0].model}, ${kernelName()} kernels`);
console.log(python?.version ?? 'no Python with torch and tensorboard was given: our side alone');
console.log(
  `\n${'a call of'.padEnd(32)}${'layertap'.padStart(11)}${'ns a value'.padStart(12)}${'PyTorch'.padStart(12)}   ratio`,
);
try {
  for (const one of CASES) {
    const [ours, theirs] = [[], []];
    for (let turn = -WARM_TURNS; turn < TURNS; turn++) {
      const mine = await timeOurs(one);
      const other = await python?.time(one);
      if (turn < 0) continue;
      ours.push(mine);
      theirs.push(other);
    }
    const [mine, other] = [median(ours), python && median(theirs)];
    const name =
      one.what === 'histogram'
        ? `addHistogram, ${one.size} float32`
        : one.what === 'scalar'
          ? 'addScalar'
          : 'addImage, 3x100x100 floats';
    const ratio =
      other === undefined ? '' : `${(other / mine).toFixed(1)}x${one.target ? ` (target: ${one.target}x)` : ''}`;
    const perValue = one.what === 'scalar' ? '' : ((mine * 1e9) / one.size).toFixed(1);
    console.log(
      `${name.padEnd(32)}${microseconds(mine)}${perValue.padStart(12)}${(other === undefined ? '' : microseconds(other)).padStart(12)}   ${ratio}`,
    );
  }
  const scalar = await timeOurs({ what: 'scalar', size: 1, ours: 100_000 });
  console.log(`\n${Math.round(1 / scalar)} scalars a second into a file. Medians of ${TURNS} turns, in turns.`);
} finally {
  python?.stop();
  rmSync(directory, { recursive: true });
}
