// Kills a program that logs, by SIGKILL, at 200 random moments. Each log directory that is left must open in our reader
// and in TensorBoard's own, with every record that was older than the flush interval when the signal came.
//
//   npm run build && node test/tensorboard/outside/kill.mjs [a python that has tensorboard] [number of runs]
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { directoryLogs, RunReader } from 'layertap/tensorboard';

const [python = 'python3', times = '200'] = process.argv.slice(2);
const FLUSH_SECONDS = 0.05;
const AT_ONCE = 2;
const scratch = mkdtempSync(join(tmpdir(), 'layertap-killed-'));
const child = fileURLToPath(new URL('logging-child.mjs', import.meta.url));

/** Kills the child after a random time. @returns the number of records that were old enough */
async function killOne(index) {
  const directory = join(scratch, String(index));
  mkdirSync(directory);
  // A third each: many short turns, one long turn, and both.
  const manner = ['turns', 'busy', 'mixed'][index % 3];
  const program = spawn(process.execPath, [child, directory, String(FLUSH_SECONDS), manner], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The child prints `number time` for each record, synchronously, before the next one.
  let said = '';
  program.stdout.on('data', (part) => (said += part));
  while (said === '') await sleep(5);
  await sleep(Math.random() * 300);
  program.kill('SIGKILL');
  const killed = performance.timeOrigin + performance.now();
  await new Promise((resolve) => program.once('close', resolve));
  const records = said
    .split('\n')
    .filter((line) => /^\d+ [\d.]+$/.test(line))
    .map((line) => line.split(' ').map(Number));
  // Its age ends when the program last did something: on a shared machine it may be suspended for longer than the flush
  // interval, and a suspended program flushes nothing.
  const dueBy = (time) => 1 + (records.findLast(([, logged]) => logged < time - FLUSH_SECONDS * 1000)?.[0] ?? -1);
  return { directory, index, due: dueBy(records.at(-1)[1]), dueByClock: dueBy(killed), logged: records.length };
}

/** The steps of the scalars in a directory. Fails for a warning. */
async function readOne(directory) {
  const steps = [];
  const onWarning = (warning) => assert.fail(`${directory}: ${warning.reason}`);
  for await (const { event } of new RunReader(directoryLogs(directory), { onWarning }).poll()) {
    if (event.kind === 'scalar') steps.push(event.step);
  }
  return steps;
}

let [torn, stoodStill] = [0, 0];
let [fewestLost, mostLost, total] = [Infinity, 0, 0];
try {
  const results = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < Number(times)) results.push(await killOne(next++));
    }),
  );
  const counts = {};
  for (const { directory, index, due, dueByClock, logged } of results) {
    const steps = await readOne(directory);
    assert.deepEqual(
      steps,
      Array.from({ length: steps.length }, (_, i) => i),
      `${directory} has its steps in order`,
    );
    assert.ok(steps.length >= due, `${index}: ${steps.length} records, at least ${due} were due`);
    if (steps.length < dueByClock) stoodStill++;
    counts[directory] = steps.length;
    const lost = Math.max(0, logged - steps.length);
    [fewestLost, mostLost] = [Math.min(fewestLost, lost), Math.max(mostLost, lost)];
    total += steps.length;
  }
  const theirs = JSON.parse(
    execFileSync(python, [fileURLToPath(new URL('count_scalars.py', import.meta.url)), scratch], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    }),
  );
  for (const [directory, { count, cut }] of Object.entries(theirs)) {
    assert.equal(count, counts[join(scratch, directory)], `${directory} in TensorBoard's reader`);
    if (cut) torn++;
  }
  assert.equal(Object.keys(theirs).length, results.length);
} finally {
  rmSync(scratch, { recursive: true });
}
console.log(
  `killed ${times} times: ${total} records read by both readers, all that were older than ${FLUSH_SECONDS} s; ` +
    `lost of the newest: ${fewestLost} to ${mostLost}; files that end within a record: ${torn}; ` +
    `programs that stood still for longer than that before the signal, with records waiting: ${stoodStill}`,
);
