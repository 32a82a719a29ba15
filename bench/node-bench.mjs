// Everything that the sections need, opened in Node: layertap's copies, the rivals, the peak loops.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openOurs } from './ours.mjs';
import { buildPeak } from './peak/build.mjs';
import { openPeak } from './peak/open.mjs';
import { openJax } from './rivals/jax.mjs';
import { openLayertap } from './rivals/layertap.mjs';
import { openOnnxRuntimeNode } from './rivals/onnxruntime-node.mjs';
import { openOnnxRuntimeWeb } from './rivals/onnxruntime-web.mjs';
import { openPyTorch } from './rivals/pytorch.mjs';
import { openTfjs } from './rivals/tfjs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A library keeps the kernels that it chose first: one copy of the built files for each kind. */
async function loadCopy(name) {
  const copy = join(root, 'build/bench/dist', name);
  cpSync(join(root, 'dist'), copy, { recursive: true });
  return await import(pathToFileURL(join(copy, 'index.js')).href);
}

function versionOf(name) {
  const folder = fileURLToPath(new URL(`node_modules/${name}/`, import.meta.url));
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

/** @returns `{ ours, rivals, peak, close }`; single-threaded all of them */
export async function openBench() {
  const relaxedBinary = readFileSync(join(root, 'build/relaxed.wasm'));
  const ours = await openOurs(loadCopy, relaxedBinary);
  const pytorch = await openPyTorch({ python: process.env.PYTHON });
  if (pytorch === undefined) console.error('PyTorch is not installed for this Python; PYTHON names another one');
  const rivals = [
    await openTfjs({ backend: 'wasm' }),
    await openTfjs({ backend: 'cpu' }),
    openOnnxRuntimeWeb(),
    await openJax({ version: versionOf('@jax-js/jax') }),
    openOnnxRuntimeNode(),
    ...(pytorch === undefined ? [] : [pytorch]),
  ];
  return {
    ours: ours.map(openLayertap),
    rivals,
    peak: openPeak(buildPeak()),
    close: () => pytorch?.close(),
  };
}
