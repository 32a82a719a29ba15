// The process of run.mjs: opens layertap and its rivals, and sends the rows of one section.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyDist } from '../dist-copies.mjs';
import { openBench, versionsOf } from '../open.mjs';
import { buildPeak } from '../peak/build.mjs';
import { openOnnxRuntimeNode } from '../rivals/onnxruntime-node.mjs';
import { openPyTorch } from '../rivals/pytorch.mjs';
import { SECTIONS } from '../sections/index.mjs';
import { litertFiles, runScript } from './browser-script.mjs';

const job = JSON.parse(process.argv[2]);
const { rows, threads } = SECTIONS[job.section];

let pytorch;
const bench = await openBench(
  { ...job, threads },
  {
    load: (kernels, threads) => import(pathToFileURL(join(copyDist(`${kernels}-${threads}`), 'index.js')).href),
    relaxedBinary: readFileSync(new URL('../../build/relaxed.wasm', import.meta.url)),
    peakBinaries: buildPeak(),
    // The others find theirs.
    files: { litert: litertFiles },
    runScript,
    rivals: {
      'onnxruntime-node': () => openOnnxRuntimeNode({ threads }),
      async PyTorch() {
        pytorch = await openPyTorch({ python: process.env.PYTHON, threads });
        if (pytorch === undefined) throw new Error('not installed for this Python; the variable PYTHON names another');
        return pytorch;
      },
    },
  },
);
process.send({ versions: versionsOf(bench), absent: bench.absent });
for await (const row of rows(bench)) process.send({ row });
await pytorch?.close();
// tfjs and onnxruntime leave handles open that would keep the process alive.
process.disconnect();
process.exit();
