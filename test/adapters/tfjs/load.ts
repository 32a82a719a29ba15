// Real models for the tests, from npm packages: read in Node, fetched in a page.
import * as tf from '@tensorflow/tfjs';
import { inNode } from './backends.ts';

async function bytes(path: string): Promise<ArrayBuffer> {
  if (!inNode) return (await fetch(`/node_modules/${path}`)).arrayBuffer();
  const { readFile } = await import('node:fs/promises');
  const file = await readFile(new URL(`../../../node_modules/${path}`, import.meta.url));
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
}

interface Manifest {
  modelTopology: object;
  weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
}

async function artifacts(folder: string, name: string): Promise<tf.io.ModelArtifacts> {
  const json = JSON.parse(new TextDecoder().decode(await bytes(`${folder}/${name}`))) as Manifest;
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
  const files = await Promise.all(
    json.weightsManifest.flatMap(({ paths }) => paths.map((path) => bytes(`${folder}/${path}`))),
  );
  return { ...json, weightSpecs, weightData: files };
}

/** ESRGAN of @upscalerjs/default-model: 24 layers, an image of 3 channels to one of twice the size. */
export async function upscaler(): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(await artifacts('@upscalerjs/default-model/models', 'model.json')));
}

/** The emotion model of @vladmandic/human: a grey face of 64 by 64 pixels to 7 probabilities. */
export async function emotion(): Promise<tf.GraphModel> {
  return tf.loadGraphModel(await emotionHandler());
}

export async function emotionHandler(): Promise<tf.io.IOHandler> {
  return tf.io.fromMemory(await artifacts('@vladmandic/human/models', 'emotion.json'));
}
