// A model of more than 2 GB with external data, by path in Node: observed and edited beside the runtime alone.
//
//   npm run build && node bench/onnx-large.mjs
//
// Needs python3 with onnx, 3 GB of disk and 6 GB of memory.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { registerEdit } from '../dist/adapter.js';
import { createOnnx, explain } from '../dist/adapters/onnx.js';

const SIZE = 12_000;
const LAYERS = 4;
const folder = mkdtempSync(join(tmpdir(), 'layertap-large-'));
const path = join(folder, 'large.onnx');
const script = `
import sys, numpy as np, onnx
from onnx import TensorProto as T, helper as h
nodes, weights, x = [], [], "x"
file = open(sys.argv[1] + ".data", "wb")
for i in range(${LAYERS}):
    nodes += [h.make_node("MatMul", [x, f"w{i}"], [f"m{i}"], name=f"matmul{i}"), h.make_node("Tanh", [f"m{i}"], [f"t{i}"], name=f"tanh{i}")]
    x = f"t{i}"
    w = T(name=f"w{i}", data_type=1, dims=[${SIZE}, ${SIZE}], data_location=T.EXTERNAL)
    for key, value in {"location": "large.onnx.data", "offset": file.tell(), "length": ${SIZE} ** 2 * 4}.items():
        w.external_data.add(key=key, value=str(value))
    row = np.sin(np.arange(${SIZE}) + i).astype(np.float32) / 6000
    for k in range(${SIZE}): np.roll(row, k).tofile(file)
    weights.append(w)
graph = h.make_graph(nodes, "g", [h.make_tensor_value_info("x", 1, [1, ${SIZE}])], [h.make_tensor_value_info(x, 1, None)], weights)
open(sys.argv[1], "wb").write(h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8).SerializeToString())
`;
try {
  execFileSync('python3', ['-c', script, path]);
  console.log(`${((statSync(path).size + statSync(`${path}.data`).size) / 2 ** 30).toFixed(2)} GB`);
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i)),
    [1, SIZE],
  );
  const session = await ort.InferenceSession.create(path);
  const plain = Object.values(await session.run({ x }))[0].data.slice(0, 4);
  await session.release();
  const net = await createOnnx(ort, path);
  let seen;
  net.getSubmodule('tanh1').observe(({ output }) => {
    seen = output.data.slice(0, 4);
  });
  const edit = registerEdit(net.getSubmodule('tanh2'), { add: 0 });
  const output = async () => Object.values(await net({ x }))[0].data.slice(0, 4);
  const zero = await output();
  edit.set(1);
  console.log(
    { plain, zero, edited: await output(), seen },
    explain(net).registrations.map(({ path, way }) => `${path}: ${way}`),
  );
  await net.release();
  if (!zero.every((value, i) => Math.abs(value - plain[i]) < 1e-5)) throw new Error('a zero edit changes the output');
} finally {
  rmSync(folder, { recursive: true });
}
