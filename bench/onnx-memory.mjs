// The memory of ONNX models with hooks, beside the plain session, each in a process of its own.
//
//   node bench/onnx-memory.mjs model.onnx '{"x":[1,4096]}' relu2
//
// The model is a file with large weights, its inputs are float32, and hooks go to the node or module at the given path.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [file, shapes, path, way] = process.argv.slice(2);
const WAYS = [
  'plain',
  'wrapped',
  'created',
  'created, observed',
  'created, edited',
  'created, replaced',
  'wrapped, observed',
  'wrapped, replaced',
];

if (way === undefined) {
  const sizes = WAYS.map((name) => [
    name,
    JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), file, shapes, path, name], {
        encoding: 'utf8',
      }),
    ),
  ]);
  const [, plain] = sizes[0];
  for (const [name, { held, peak }] of sizes) {
    console.log(
      `${name.padEnd(20)} held ${String(held).padStart(5)} MB, ${(held / plain.held).toFixed(2)}; peak ${String(peak).padStart(5)} MB, ${(peak / plain.peak).toFixed(2)}`,
    );
  }
} else {
  const { default: ort } = await import('onnxruntime-node');
  const { createOnnx, wrapOnnx } = await import('../dist/adapters/onnx.js');
  const { registerEdit } = await import('../dist/adapter.js');
  const feeds = Object.fromEntries(
    Object.entries(JSON.parse(shapes)).map(([name, dims]) => {
      const size = dims.reduce((product, length) => product * length, 1);
      return [name, new ort.Tensor('float32', new Float32Array(size).fill(0.5), dims)];
    }),
  );
  const sessionOptions = { intraOpNumThreads: 1 };
  const isWrapped = !way.startsWith('created');
  const session = isWrapped ? await ort.InferenceSession.create(file, sessionOptions) : undefined;
  let run = (given) => session.run(given);
  if (way !== 'plain') {
    const net = isWrapped
      ? await wrapOnnx(session, file, { sessionOptions })
      : await createOnnx(ort, file, { sessionOptions });
    if (!isWrapped) run = net;
    const point = net.getSubmodule(path);
    if (way.endsWith('observed')) point.observe(() => {});
    if (way.endsWith('edited')) registerEdit(point, { add: 1 });
    if (way.endsWith('replaced')) point.registerForwardHook((_module, _inputs, output) => point.keep(output));
  }
  for (let i = 0; i < 5; i++) await run(feeds);
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  const megabytes = (key) => Math.round(Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  console.log(JSON.stringify({ held: megabytes('VmRSS'), peak: megabytes('VmHWM') }));
}
