// Counts the multiply-adds of the tiles that V8 fuses to 256 bits, and fails if one is left out. A trace that decides to
// vectorize a function proves nothing: a store with another base leaves half of a tile as it was, and so does a branch.
//
//   npm run build && npx node@24 bench/revectorize.mjs
//
// A tile has one multiply-add for each accumulator. V8 fuses pairs, and prints one line for each. It may inline tiles into
// their callers, where they are counted once more.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printConditions } from './print.mjs';

const FLAGS = [
  '--experimental-wasm-revectorize',
  '--trace-wasm-revectorize',
  '--no-liftoff',
  '--no-wasm-lazy-compilation',
  // Functions one after the other, so that their lines do not mix.
  '--wasm-num-compilation-tasks=0',
];

/** By binary: the instruction that multiplies, in text and in V8's trace. */
const INSTRUCTIONS = {
  relaxed: ['f32x4.relaxed_madd', 'F32x4Qfma'],
  simd: ['f32x4.mul', 'F32x4Mul'],
};

/** Of tile1x32, tile2x16, tile4x8 and tile4x16. */
const ACCUMULATORS = [8, 8, 8, 16];

const pathOf = (file) => fileURLToPath(new URL(`../build/${file}`, import.meta.url));

/** Compiles a binary with V8's optimizing compiler alone. @returns its trace */
function traceOf(binary) {
  const program = `
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
    const bytes = require('fs').readFileSync(${JSON.stringify(pathOf(`${binary}.wasm`))});
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });`;
  return execFileSync(process.execPath, [...FLAGS, '--eval', program], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** @returns by function, the pairs that V8 fuses */
function pairsOf(trace, node) {
  const pairs = new Map();
  let [name, isDecided] = ['', false];
  for (const line of trace.split('\n')) {
    const begun = line.match(/^Begin revec function wasm-function#(\d+)/);
    if (begun) [name, isDecided] = [begun[1], false];
    // Trees that V8 gives up are printed as well, before.
    else if (line.includes('Decide to vectorize')) isDecided = true;
    else if (isDecided && line.includes(`[${node}]`)) pairs.set(name, (pairs.get(name) ?? 0) + 1);
  }
  return pairs;
}

/** The multiply-adds of each tile in the binary's text. Statistics have two. */
function tilesOf(binary, instruction) {
  const text = readFileSync(pathOf(`${binary}.wat`), 'utf8');
  return text
    .split(/^ \(func /m)
    .slice(1)
    .map((body, index) => ({ index, accumulators: body.split(instruction).length - 1 }))
    .filter(({ accumulators }) => accumulators >= Math.min(...ACCUMULATORS));
}

if (!execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' }).includes(FLAGS[0])) {
  console.error(`${process.version} has no ${FLAGS[0]}: try npx node@24 bench/revectorize.mjs`);
  process.exit(1);
}
printConditions(FLAGS[0]);
let failed = false;
for (const [binary, [instruction, node]] of Object.entries(INSTRUCTIONS)) {
  const tiles = tilesOf(binary, instruction);
  const sizes = tiles.map(({ accumulators }) => accumulators).sort((a, b) => a - b);
  if (sizes.join() !== ACCUMULATORS.join()) {
    throw new Error(`${binary}: the tiles must have ${ACCUMULATORS} multiply-adds, got ${sizes}`);
  }
  const fused = pairsOf(traceOf(binary), node);
  for (const { index, accumulators } of tiles) {
    const pairs = fused.get(String(index)) ?? 0;
    const isFused = pairs >= accumulators / 2;
    failed ||= !isFused;
    const result = isFused ? 'all fused' : `only ${pairs} of ${accumulators / 2} pairs fused`;
    console.log(`${binary.padEnd(8)} function ${String(index).padStart(2)}, ${accumulators} accumulators: ${result}`);
  }
}
process.exitCode = failed ? 1 : 0;
