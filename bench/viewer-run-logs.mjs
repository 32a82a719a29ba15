// Makes the log directory that bench/viewer-many-runs.mjs shows: runs of one scalar each, as from a search for hyperparameters.
// 1,000 runs of 10,000 records are 530 MB.
//
//   npm run build && node bench/viewer-run-logs.mjs <directory> [runs] [records]
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { manualSeed, randn } from '../dist/index.js';
import { SummaryWriter } from '../dist/tensorboard.js';
import { isMain } from './print.mjs';

export const TAG = 'rollout/ep_rew_mean';

/** Writes the logs, unless the directory exists. */
export async function makeRuns(directory, { runs = 1000, records = 10_000 } = {}) {
  if (existsSync(directory)) return;
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  manualSeed(0);
  const noise = randn(4 * records).data;
  for (let run = 0; run < runs; run++) {
    const name = `search/rate=${(run % 40) / 1000}/seed=${Math.floor(run / 40)}`;
    const writer = new SummaryWriter(`${unfinished}/${name}`, { maxQueue: records + 1 });
    const [rate, from] = [1 + (run % 40) / 10, (run * 7919) % (3 * records)];
    for (let step = 0; step < records; step++) {
      const value = 100 * rate * (1 - Math.exp((-step * rate) / records)) + 10 * noise[from + step];
      writer.addScalar(TAG, value, step, { wallTime: 1.7e9 + run + step });
    }
    await writer.close();
  }
  renameSync(unfinished, directory);
}

if (isMain(import.meta)) {
  const [directory, runs = 1000, records = 10_000] = process.argv.slice(2);
  await makeRuns(directory, { runs: Number(runs), records: Number(records) });
}
