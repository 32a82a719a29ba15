// Times the start of one library, in a new process or browser: from loading its program to the first output.
import { verifyLinear } from '../verify.mjs';

/** A layer of the size of MNIST's first, the same in all programs, without a library. */
function makeLayer() {
  let state = 1;
  const floats = (length) =>
    Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state / 2 ** 31;
    });
  const [rows, depth, columns] = [1, 784, 512];
  return { rows, depth, columns, input: floats(depth), weight: floats(depth * columns), bias: floats(columns) };
}

/**
 * @param load imports a program of programs/
 * @param environment `{ files, runScript, versions }`, as bench/open.mjs has them
 * @returns `{ load, prepare, call }` in ms
 */
export async function measureStart(load, environment) {
  const layer = makeLayer();
  const times = [performance.now()];
  const program = await load();
  times.push(performance.now());
  await program.prepare(layer, environment);
  times.push(performance.now());
  const output = await program.run();
  times.push(performance.now());
  verifyLinear('the first output', output, layer);
  const [loaded, prepared, called] = times.slice(1).map((time, i) => time - times[i]);
  return { load: loaded, prepare: prepared, call: called };
}
