// Makes the log directory that the viewer's benchmarks read: histograms of activations whose scale drifts, as in training,
// half of the layers rectified. 10,000 steps of 20 tags are about 1.5 GB.
//
//   npm run build && node bench/viewer-logs.mjs <directory> [steps] [tags]
import { existsSync, mkdirSync } from 'node:fs';
import { manualSeed, randn } from '../dist/index.js';
import { SummaryWriter } from '../dist/tensorboard.js';
import { isMain } from './print.mjs';

const VALUES = 1024;
/** Different draws, each reused with another scale and offset. */
const DRAWS = 97;

/** Writes the logs, unless the directory exists. */
export async function makeLogs(directory, { steps = 10_000, tags = 20 } = {}) {
  if (existsSync(directory)) return;
  mkdirSync(directory, { recursive: true });
  manualSeed(0);
  const draws = Array.from({ length: DRAWS }, () => randn(VALUES).data);
  const writer = new SummaryWriter(directory);
  const values = new Float32Array(VALUES);
  for (let step = 0; step < steps; step++) {
    for (let tag = 0; tag < tags; tag++) {
      const draw = draws[(step * 7 + tag * 13) % DRAWS];
      const scale = 0.2 + tag / 10 + step / steps;
      const offset = Math.sin(step / 200 + tag);
      const rectified = tag % 2 === 1;
      for (let i = 0; i < VALUES; i++) {
        const value = draw[i] * scale + offset;
        values[i] = rectified && value < 0 ? 0 : value;
      }
      writer.addHistogram(`layers.${tag}`, values, step);
    }
    // Bounds the queue of the writer.
    if (step % 100 === 99) await writer.flush();
  }
  await writer.close();
}

if (isMain(import.meta)) {
  const [directory, steps = 10_000, tags = 20] = process.argv.slice(2);
  await makeLogs(directory, { steps: Number(steps), tags: Number(tags) });
}
