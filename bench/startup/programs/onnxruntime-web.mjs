import { openOnnxRuntimeWeb } from '../../rivals/onnxruntime-web.mjs';

let candidate;
export async function prepare(layer, { files }) {
  candidate = await openOnnxRuntimeWeb({ files: files.onnxruntime }).linear(layer);
}
export const run = () => candidate.run();
