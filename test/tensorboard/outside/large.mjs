// An event file of 2 GB, in one file of histograms and scalars: written, and read back, with bounded memory.
//
//   npm run build && node test/tensorboard/outside/large.mjs [a directory with 2.1 GB of free space]
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryLogs, RunReader, SummaryWriter } from 'layertap/tensorboard';

const BYTES = 2 * 2 ** 30;
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'layertap-large-'));
const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MB`;

let peak = 0;
/** Sampled after some records: nothing here yields to a timer. */
const look = () => {
  peak = Math.max(peak, process.memoryUsage().rss);
};

try {
  const writer = new SummaryWriter(directory);
  const [name] = readdirSync(directory);
  const values = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i) * 100);
  let histograms = 0;
  let scalars = 0;
  const start = performance.now();
  for (let size = 0; size < BYTES; size = statSync(join(directory, name)).size) {
    for (let i = 0; i < 1000; i++) {
      writer.addHistogram('layer', values);
      writer.addScalar('loss', i);
    }
    [histograms, scalars] = [histograms + 1000, scalars + 1000];
    look();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writer.close();
  const { size } = statSync(join(directory, name));
  const written = performance.now();
  console.log(
    `wrote ${megabytes(size)}, ${histograms} histograms and ${scalars} scalars, in ${((written - start) / 1000).toFixed(1)} s; at most ${megabytes(peak)} resident`,
  );

  peak = 0;
  const counts = { version: 0, histogram: 0, scalar: 0 };
  const onWarning = (warning) => assert.fail(warning.reason);
  for await (const { event } of new RunReader(directoryLogs(directory), { onWarning }).poll()) {
    counts[event.kind]++;
    if (event.step % 500 === 0) look();
  }
  assert.deepEqual(counts, { version: 1, histogram: histograms, scalar: scalars });
  const seconds = (performance.now() - written) / 1000;
  console.log(
    `read it in ${seconds.toFixed(1)} s, ${Math.round(size / 2 ** 20 / seconds)} MB/s; at most ${megabytes(peak)} resident`,
  );
  assert.ok(peak < 500 * 2 ** 20, 'memory grew with the file');
} finally {
  rmSync(directory, { recursive: true });
}
