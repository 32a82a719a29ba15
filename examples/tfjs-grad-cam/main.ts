// Where does a network look? Grad-CAM (Selvaraju et al., 2017, arXiv 1610.02391) on a third-party model: the
// emotion model of @vladmandic/human, a GraphModel. One hook on one node of its graph gives both inputs of Grad-CAM: the
// node's activations, and, by adding a variable of zeros to them, the gradient of the answer.
//
//   npm run build && npx tsx examples/tfjs-grad-cam/main.ts [picture.png]
import { readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { wrapTfjs } from 'layertap/adapters/tfjs';
import { drawFace, SIDE } from './draw-face.ts';
import { overlay } from './overlay.ts';

const EMOTIONS = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
/** The last node before the picture shrinks to 4 x 4: 8 x 8 positions, 128 channels. */
const NODE = 'StatefulPartitionedCall/model_1/block3_sepconv2_bn/FusedBatchNormV3';

tf.enableProdMode();
await tf.setBackend('cpu');

const folder = new URL('../../node_modules/@vladmandic/human/models/', import.meta.url);
const { modelTopology, weightsManifest, signature } = JSON.parse(readFileSync(new URL('emotion.json', folder), 'utf8'));
const weights = readFileSync(new URL('emotion.bin', folder));
const model = await tf.loadGraphModel(
  tf.io.fromMemory({
    modelTopology,
    signature,
    weightSpecs: weightsManifest[0].weights,
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength) as ArrayBuffer,
  }),
);

// A drawn face with the corners of its mouth down; the model takes grey values from -1 to 1.
const face = drawFace(-6);
const input = tf.tidy(() => tf.tensor(face, [1, SIDE, SIDE, 1]).sub(0.5).mul(2));

const answers = (model.predict(input) as tf.Tensor).dataSync();
const answer = answers.indexOf(Math.max(...answers));
for (const [i, name] of EMOTIONS.entries())
  console.log(`${name.padEnd(9)} ${(100 * answers[i]!).toFixed(1).padStart(5)} %`);

const node = wrapTfjs(tf, model).getSubmodule(NODE);
let activations: tf.Tensor | undefined;
let nudge: tf.Variable | undefined;
const handle = node.registerForwardHook((_node, _inputs, output) => {
  activations ??= node.keep(output);
  nudge ??= tf.variable(tf.zeros(output.shape));
  return output.add(nudge);
});
tf.dispose(model.predict(input)); // the hook sees the shape
const { grads, value } = tf.variableGrads(
  () => (model.predict(input) as tf.Tensor).flatten().gather(answer).log().asScalar(),
  [nudge!],
);
handle.remove();

// Grad-CAM: channels weighted by their mean gradients; negative sums are evidence against the answer, and cut off.
const heat = tf.tidy(() => {
  const channels = Object.values(grads)[0]!.mean([1, 2], true);
  const map = activations!.mul(channels).sum(-1, true).relu() as tf.Tensor4D;
  const large = tf.image.resizeBilinear(map, [SIDE, SIDE]);
  return large.div(large.max()).dataSync() as Float32Array;
});

console.log(`\nWhat speaks for "${EMOTIONS[answer]}":\n`);
for (let y = 0; y < SIDE; y += 4) {
  const row = Array.from(
    { length: SIDE / 2 },
    (_, x) => ' .:-=+*#%@'[Math.min(9, Math.floor(10 * heat[y * SIDE + 2 * x]!))],
  );
  console.log(row.join(''));
}
const path = process.argv[2];
if (path !== undefined) {
  writeFileSync(path, overlay(face, heat, SIDE));
  console.log(`\nthe face, and the heat map over it: ${path}`);
}
tf.dispose([input, activations!, nudge!, value, grads as never]);
