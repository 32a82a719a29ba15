// Runs in a process that run.mjs starts: opens layertap and its rivals, and sends the rows of one section.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { copyDist } from '../dist-copies.mjs';
import { openOurs } from '../ours.mjs';
import { buildPeak } from '../peak/build.mjs';
import { openPeak } from '../peak/open.mjs';
import { openJax } from '../rivals/jax.mjs';
import { openLayertap } from '../rivals/layertap.mjs';
import { openOnnxRuntimeNode } from '../rivals/onnxruntime-node.mjs';
import { openOnnxRuntimeWeb } from '../rivals/onnxruntime-web.mjs';
import { openPyTorch } from '../rivals/pytorch.mjs';
import { openTfjs } from '../rivals/tfjs.mjs';
import { SECTIONS } from '../sections/index.mjs';

const { section, sizes, settings, versions } = JSON.parse(process.argv[2]);

const relaxedBinary = readFileSync(new URL('../../build/relaxed.wasm', import.meta.url));
const ours = await openOurs((kernels) => import(pathToFileURL(copyDist(kernels)).href), relaxedBinary);
const pytorch = await openPyTorch({ python: process.env.PYTHON });
if (pytorch === undefined) console.error('PyTorch: not installed for this Python; the variable PYTHON names another');
const rivals = [
  await openTfjs({ backend: 'wasm' }),
  await openTfjs({ backend: 'cpu' }),
  openOnnxRuntimeWeb(),
  await openJax({ version: versions.jax }),
  openOnnxRuntimeNode(),
  ...(pytorch === undefined ? [] : [pytorch]),
];
process.send({ versions: Object.fromEntries(rivals.map(({ name, version }) => [name, version])) });
const bench = { ours: ours.map(openLayertap), rivals, peak: openPeak(buildPeak()), sizes, settings };
for await (const row of SECTIONS[section].rows(bench)) process.send({ row });
await pytorch?.close();
// tfjs and onnxruntime leave handles open, so the process is ended once everything was sent.
process.disconnect();
process.exit();
