/** @file The models of the gallery give what PyTorch gives. In the page, site/check-gallery.mjs runs them. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { select } from 'layertap';
import { readSafetensors } from 'layertap/safetensors';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDigits } from '../../examples/gallery/digits.ts';
import { type AboutEncoder, openEncoder } from '../../examples/gallery/encoder.ts';
import { openFeatureMaps } from '../../examples/gallery/feature-maps.ts';
import { type AboutWriter, openWriter } from '../../examples/gallery/writer.ts';
import { built } from '../built.ts';
import { fixtureBytes } from '../fixtures/files.ts';

built('index.js');
tf.enableProdMode();

interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const file = (path: string) => new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
const model = (name: string) => file(`examples/gallery/models/${name}`);
const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
const expected = (name: string) => json(fixtureBytes(`gallery/${name}.json`));

function isNear(given: ArrayLike<number>, wanted: ArrayLike<number>, what: string): void {
  assert.is(given.length, wanted.length, what);
  const largest = Math.max(...Array.from(wanted, Math.abs));
  const apart = Math.max(...Array.from(wanted, (value, i) => Math.abs(value - given[i]!)));
  assert.ok(apart <= 1e-5 * largest, `${what}: ${apart} apart, of ${largest}`);
}

const images = readSafetensors(file('examples/digits/data/test.safetensors')).get('images')!.data as Float32Array;
const digit = (i: number) => images.slice(64 * i, 64 * (i + 1));

test('the digits get the scores of PyTorch, and a factor for fc2 changes them', () => {
  const logits = readSafetensors(fixtureBytes('pytorch/digits-logits.safetensors')).get('logits')!.data as Float32Array;
  const demo = openDigits(file('examples/digits/data/weights.safetensors').buffer as ArrayBuffer);
  for (const i of [0, 17, 359]) isNear(demo.read(digit(i)), logits.slice(10 * i, 10 * (i + 1)), `digit ${i}`);
  demo.factor = 0;
  // Only the bias of fc3 is left.
  assert.equal(demo.read(digit(0)), demo.read(digit(17)));
});

test('feature maps are those of PyTorch, with maps that are switched off', async () => {
  await tf.setBackend('cpu');
  const demo = openFeatureMaps(tf, model('feature-maps.safetensors').buffer as ArrayBuffer);
  const seen = new Map<string, Float32Array>();
  select(demo.net, /^(conv.|dense)$/).observe(({ path, output }) => {
    seen.set(path, (output as tf.Tensor).dataSync() as Float32Array);
  });
  demo.read(digit(0));
  const tensors = tf.memory().numTensors;
  for (const run of expected('feature-maps')) {
    demo.factors.fill(1);
    for (const map of run.off) demo.factors[map] = 0;
    const scores = demo.read(digit(run.image));
    for (const [path, { data }] of Object.entries<Tensor>(run.outputs)) isNear(seen.get(path)!, data, path);
    isNear(scores, run.outputs.dense.data, 'scores');
  }
  assert.is(tf.memory().numTensors, tensors);
});

test('the encoder answers and attends as in PyTorch, with heads that are switched off', async () => {
  const about: AboutEncoder = json(model('encoder.json'));
  const encoder = await openEncoder(ort as never, model('encoder.onnx'), about);
  const seen: Float32Array[] = [];
  [...select(encoder.net, 'layers.*.attention.softmax')].forEach(([, softmax], layer) => {
    softmax.observe(({ output }) => {
      seen[layer] = (output.data as Float32Array).slice();
    });
  });
  for (const run of expected('encoder')) {
    run.off.forEach((heads: number[], layer: number) => void encoder.switchOff(layer, heads));
    const { answer, scores } = await encoder.answer(run.task, run.word);
    assert.is(answer, run.answer);
    assert.equal([...scores.dims], run.scores.shape);
    isNear(scores.data as Float32Array, run.scores.data, `${run.task} ${run.word}`);
    run.attention.forEach(({ data }: Tensor, layer: number) => void isNear(seen[layer]!, data, `layer ${layer}`));
  }
  const [copied, reversed, sorted] = expected('encoder').map(({ answer }: { answer: string }) => answer);
  assert.equal([copied, reversed, sorted], ['layertap', 'patreyal', 'aaelprty']);
  await encoder.net.release();
});

test('the writer writes what PyTorch writes, at each strength and when the strength changes', async () => {
  const about: AboutWriter = json(model('writer.json'));
  const writer = await openWriter(ort as never, model('writer.onnx'), about);
  for (const { seed, changes, text, last } of expected('writer')) {
    const strengths = new Map<number, number>(changes);
    let [written, steps] = ['', 0];
    let moods: readonly number[] = [];
    writer.steer(strengths.get(0)!);
    for await (const step of writer.write(seed)) {
      written += step.token;
      moods = step.moods;
      if (written.length >= text.length) break;
      const strength = strengths.get(++steps);
      if (strength !== undefined) writer.steer(strength);
    }
    assert.is(written, text);
    const wanted = about.directions.map((direction, block) => {
      const length = direction.reduce((sum, value) => sum + value ** 2, 0);
      const along = direction.map((value, i) => value * (last[block][i] - about.middles[block]![i]!));
      return along.reduce((a, b) => a + b) / length;
    });
    isNear(moods, wanted, 'moods');
  }
  await writer.net.release();
});

test.run();
