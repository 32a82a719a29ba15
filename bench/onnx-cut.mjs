// A hook that replaces a value of an ONNX model, beside the same two stages by hand.
//
//   python bench/onnx_cut.py model.onnx relu_7.tmp_0 stages     # writes first.onnx, second.onnx, stages.json
//   node bench/onnx-cut.mjs model.onnx stages '{"x":[1,3,48,192]}'
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { createOnnx } from '../dist/adapters/onnx.js';

const [file, folder, shapes] = process.argv.slice(2);
const { value } = JSON.parse(readFileSync(`${folder}/stages.json`, 'utf8'));
const sessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1 };
const feeds = Object.fromEntries(
  Object.entries(JSON.parse(shapes)).map(([name, dims]) => {
    const size = dims.reduce((product, length) => product * length, 1);
    return [
      name,
      new ort.Tensor(
        'float32',
        Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
        dims,
      ),
    ];
  }),
);
const create = (path) => ort.InferenceSession.create(path, sessionOptions);
const [plain, first, second] = await Promise.all([file, `${folder}/first.onnx`, `${folder}/second.onnx`].map(create));
const copy = ({ type, data, dims }) => new ort.Tensor(type, data.slice(), dims);
const byHand = async () => {
  const values = { ...feeds, ...(await first.run(feeds)) };
  values[value] = copy(values[value]);
  return second.run(Object.fromEntries(second.inputNames.map((name) => [name, values[name]])));
};
const net = await createOnnx(ort, file, { sessionOptions });
const observed = await createOnnx(ort, file, { sessionOptions });
net.value(value).registerForwardHook((_module, _inputs, output) => copy(output));
observed.value(value).registerForwardHook(() => undefined);
const ways = {
  plain: () => plain.run(feeds),
  'by hand': byHand,
  'a hook that replaces': () => net(feeds),
  'a hook that returns nothing': () => observed(feeds),
};

const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (const run of Object.values(ways)) for (let i = 0; i < 30; i++) await run();
const largest = (a, b) => Math.max(...a.map((x, i) => Math.abs(x - b[i])));
const [expected, came] = [Object.values(await plain.run(feeds))[0].data, Object.values(await net(feeds))[0].data];
console.log(`difference to the plain session: ${largest(expected, came)}`);
for (let round = 0; round < 40; round++) {
  for (const [name, run] of Object.entries(ways)) {
    const before = process.cpuUsage();
    for (let i = 0; i < 25; i++) await run();
    const { user, system } = process.cpuUsage(before);
    times[name].push((user + system) / 25);
  }
}
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
for (const name of Object.keys(ways)) {
  const ratio = median(times[name].map((time, i) => time / times['by hand'][i]));
  console.log(`${name.padEnd(28)} ${median(times[name]).toFixed(0).padStart(6)} µs, ${ratio.toFixed(3)} of by hand`);
}
