/**
 * @file Random programs beside real PyTorch: the hooks that fire, their order, inputs and outputs, and errors. Needs Python
 * with torch 2.13; the tests do not run it. Prints the programs that differ, the shortest first.
 *
 *   node --import tsx test/nn/programs/beside-pytorch.ts [programs = 20000] [seed = 1] [python = python3]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import * as library from '../../../src/index.ts';
import { difference, expectedLines } from './compare.ts';
import { programs } from './generate.ts';
import { makeLayertap } from './layertap.ts';
import { run } from './run.ts';

const [count = '20000', seed = '1', python = 'python3'] = process.argv.slice(2);
const BATCH = 500;

const pytorch = spawn(python, [new URL('beside_pytorch.py', import.meta.url).pathname], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: pytorch.stdout })[Symbol.asyncIterator]();

/** PyTorch's errors have other texts, so only their presence is compared. Its hooks get no call number. */
const asPyTorch = (lines: string[]) =>
  lines.map((line) => line.replace(/^threw (?!user$).*/, 'threw error').replace(/, call \d+$/, ''));

const differences: string[] = [];
let ran = 0;
for (let batch = 0; ran < Number(count); batch++) {
  for (const program of fc.sample(programs(true), { numRuns: BATCH, seed: Number(seed) * 1000 + batch })) {
    if (expectedLines(program) === undefined) continue;
    const text = JSON.stringify(program);
    if (!pytorch.stdin.write(`${text}\n`)) await once(pytorch.stdin, 'drain');
    const lines = asPyTorch(run(program, makeLayertap(library)));
    const { value, done } = await answers.next();
    if (done) throw new Error('Python has ended');
    const found = difference(lines, JSON.parse(value), 'PyTorch');
    if (found !== undefined) differences.push(`${text}\n${found}`);
    ran++;
  }
}
pytorch.stdin.end();
differences.sort((a, b) => a.length - b.length);
for (const found of differences.slice(0, 5)) console.log(`${found}\n`);
console.log(`${ran} programs beside PyTorch, ${differences.length} differ`);
process.exitCode = differences.length === 0 ? 0 : 1;
