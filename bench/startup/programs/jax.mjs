import { openJax } from '../../rivals/jax.mjs';

let candidate;
export async function prepare(layer) {
  const library = await openJax({});
  candidate = library.linear(layer);
}
export const run = () => candidate.run();
