// A classifier was ported, exported to ONNX, and gives slightly other numbers than in PyTorch. export.py made both files in data/:
// it recorded a run in PyTorch with layertap_record.py, and exported the port.
//
//   npm run build && npx tsx examples/first-difference/main.ts
//
// The command says the same: layertap diff data/python.safetensors data/model.onnx
import { readFile } from 'node:fs/promises';
import { createOnnx } from 'layertap/adapters/onnx';
import { compare } from 'layertap/inspect';
import ort from 'onnxruntime-node';

const data = (name: string) => new URL(`data/${name}`, import.meta.url);
const net = await createOnnx(ort, data('model.onnx'));
const recording = await readFile(data('python.safetensors'));

// The model runs with the recorded inputs, and each of its modules with what PyTorch gave to that module.
const comparison = await compare(net, recording, (net, [x]) =>
  net({ x: new ort.Tensor('float32', x!.data as Float32Array, x!.shape) }),
);
await net.release();

console.log(String(comparison));

const { first } = comparison;
if (first?.kind === 'LayerNorm') {
  console.log(`\nIts inputs agree, so it is a parameter of ${first.path} itself: here its eps, 1e-3 instead of 1e-5.`);
}
