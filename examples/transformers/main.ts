// A tiny language model that was trained to write sentences in one of two moods, exported with nothing but its logits. The
// difference between what a layer puts out in a glad and in a sad sentence becomes an edit of that layer, which sets the mood of
// everything that the model writes: activation steering, inside generate().
//
//   npm run build && npx tsx examples/transformers/main.ts
import { fileURLToPath } from 'node:url';
import { AutoModelForCausalLM, AutoTokenizer, env } from '@huggingface/transformers';
import { registerEdit } from 'layertap/adapter';
import { type ExplainedRegistration, explain } from 'layertap/adapters/onnx';
import { recordSources, wrapTransformers } from 'layertap/adapters/transformers';
import ort from 'onnxruntime-node';

const SIZE = 24;

env.localModelPath = fileURLToPath(new URL('models/', import.meta.url));
env.allowRemoteModels = false;

// 1. Load the model as always, and wrap it.
const recording = recordSources(ort);
const model = await AutoModelForCausalLM.from_pretrained('moods', { dtype: 'fp32' });
recording.remove();
const tokenizer = await AutoTokenizer.from_pretrained('moods');
const net = await wrapTransformers<ort.Tensor>(model);
const layer = net.getSubmodule('transformer.h.0');

// 2. What the layer puts out where the next word has to fit the mood.
const glad = await outputAt('the day is so glad and the king was very');
const sad = await outputAt('the day is so sad and the king was very');

// 3. Their difference is added to what the layer puts out in every step; set() is what a slider would call.
const steer = registerEdit(layer, { add: new Float32Array(SIZE) });
for (const strength of [-0.5, 0, 0.5, 1]) {
  steer.set(glad.map((value, i) => strength * (value - sad[i]!)));
  console.log(`${strength.toFixed(1).padStart(4)}  ${await write('the king was')}`);
}

// How that is done: no JavaScript runs between the layers.
const [{ path, why }] = explain(net).registrations as [ExplainedRegistration];
console.log(`\n${path}: ${why}`);
await model.dispose();

async function outputAt(text: string): Promise<Float32Array> {
  let found = new Float32Array();
  const handle = layer.observe(({ output }) => {
    found = (output.data as Float32Array).slice(-SIZE);
  });
  await model(tokenizer(text));
  handle.remove();
  return found;
}

async function write(text: string): Promise<string> {
  const output = await model.generate({ ...tokenizer(text), max_new_tokens: 16, do_sample: false });
  return tokenizer.batch_decode(output as never, { skip_special_tokens: true })[0]!;
}
