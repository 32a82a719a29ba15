// The Web Worker of run.mjs: runs one section and posts its rows one by one.
import { openBench, versionsOf } from '../open.mjs';
import { Skip } from '../ours.mjs';
import { SECTIONS } from '../sections/index.mjs';
import { FILES, runScript } from './files.mjs';

/** run.mjs's copies of dist/. */
const COPIES = {
  'relaxed-1': () => import('layertap-relaxed-1'),
  'relaxed-2': () => import('layertap-relaxed-2'),
  'simd-1': () => import('layertap-simd-1'),
  'simd-2': () => import('layertap-simd-2'),
  'javascript-1': () => import('layertap-javascript-1'),
};

const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

async function run(job) {
  const { rows, threads } = SECTIONS[job.section];
  const bench = await openBench(
    { ...job, threads },
    {
      load: (...copy) => COPIES[copy.join('-')](),
      relaxedBinary: await bytesOf('/wasm/relaxed.wasm'),
      peakBinaries: {
        simd: await bytesOf('/wasm/bench/peak-simd.wasm'),
        relaxed: await bytesOf('/wasm/bench/peak-relaxed.wasm'),
      },
      files: FILES,
      runScript,
      rivals: [],
    },
  );
  postMessage({ versions: versionsOf(bench), absent: bench.absent });
  for await (const row of rows(bench)) postMessage({ row });
}

addEventListener('message', ({ data }) => {
  run(data).then(
    () => postMessage({ done: true }),
    (error) =>
      postMessage(error instanceof Skip ? { skip: error.message, done: true } : { error: `${error}\n${error.stack}` }),
  );
});
