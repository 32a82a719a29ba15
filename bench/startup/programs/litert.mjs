import { openLiteRt } from '../../rivals/litert.mjs';

let candidate;
export async function prepare(layer, { files, runScript }) {
  const library = await openLiteRt({ files: files.litert, runScript });
  candidate = await library.linear(layer);
}
export const run = () => candidate.run();
