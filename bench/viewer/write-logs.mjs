// Writes a large log directory with layertap's own SummaryWriter: a training of 10,000 steps, a histogram of each of 20
// layers at each step. They drift, widen, die and explode, so that the pictures differ.
//
//   npm run build && node bench/viewer/write-logs.mjs <directory> [steps] [tags]
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SummaryWriter } from '../../dist/tensorboard.js';

/** Values in a tensor. */
const VALUES = 512;

/** 2^16 numbers of a unit Gaussian, always the same: Box and Muller, from a linear congruential generator. */
function gaussians() {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from(
    { length: 1 << 16 },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** @returns the bytes of all files */
export async function writeLogs(directory, steps = 10_000, tags = 20) {
  const bytes = () => readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  // What an earlier run wrote whole is taken again.
  const done = join(directory, 'done');
  if (existsSync(done)) return bytes();
  rmSync(directory, { recursive: true, force: true });
  const writer = new SummaryWriter(directory, { maxQueue: 1000 });
  const pool = gaussians();
  const values = new Float32Array(VALUES);
  for (let step = 0; step < steps; step++) {
    const time = step / steps;
    for (let tag = 0; tag < tags; tag++) {
      const start = ((step * tags + tag) * 7919) % (pool.length - VALUES);
      const scale = (0.2 + (tag % 5) * 0.4) * (1 + time * (tag % 3));
      const mean = Math.sin(time * 6 + tag) * (tag % 4);
      for (let i = 0; i < VALUES; i++) values[i] = mean + scale * pool[start + i];
      // Every third layer has a ReLU behind it; the last one explodes.
      if (tag % 3 === 2) for (let i = 0; i < VALUES; i++) values[i] = Math.max(0, values[i] - time * 2);
      if (tag === tags - 1) for (let i = 0; i < VALUES; i++) values[i] *= 10 ** (time * 6);
      writer.addHistogram(`encoder.${Math.floor(tag / 4)}/fc${tag % 4}`, values, step);
    }
    writer.addScalar('loss', 2 * Math.exp(-3 * time) + 0.1 * pool[step % pool.length] ** 2, step);
    if (step % 50 === 0) await writer.flush();
  }
  await writer.close();
  writeFileSync(done, '');
  return bytes();
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [directory, steps, tags] = process.argv.slice(2);
  console.log(`${await writeLogs(directory, steps && Number(steps), tags && Number(tags))} bytes`);
}
