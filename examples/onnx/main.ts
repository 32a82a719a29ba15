// A transformer that was trained in PyTorch to write digits backwards, and exported with one input and one output. The hooks
// read the outputs of its layers, and its attention, from that file as it is.
//
//   npm run build && npx tsx examples/onnx/main.ts
import { select } from 'layertap';
import { createOnnx, explain, ofOp } from 'layertap/adapters/onnx';
import ort from 'onnxruntime-node';

const DIGITS = [3, 1, 4, 1, 5, 9, 2, 6];

const net = await createOnnx(ort, new URL('data/reverse.onnx', import.meta.url));

// 1. Modules have their PyTorch names. Print a line of statistics for each layer's output.
console.log('What the layers put out:\n');
const logged = select(net, /^(embed|encoder\.layers\.0(\.self_attn|\.linear\d|\.norm\d)?|head)$/).log();

// 2. The attention is the output of a node, not of a module: the Softmax.
let attention: Float32Array = new Float32Array();
select(net, ofOp('Softmax')).observe(({ output }) => {
  attention = output.data as Float32Array;
});

const digits = new ort.Tensor('int64', BigInt64Array.from(DIGITS, BigInt), [1, DIGITS.length]);
const { logits } = await net({ digits });
logged.remove();

// 3. Print where each position of the output looks; darker is more.
console.log('\nWhere it looks to write each digit:\n');
console.log(`          ${DIGITS.join(' ')}`);
const scores = logits!.data as Float32Array;
const written = DIGITS.map((_, position) => indexOfMax(scores.subarray(position * 10, position * 10 + 10)));
for (const [position, digit] of written.entries()) {
  const row = attention.subarray(position * DIGITS.length, (position + 1) * DIGITS.length);
  console.log(
    `writes ${digit}  ${[...row].map((share) => ' .:-=+*#%@'[Math.min(9, Math.floor(share * 10))]).join(' ')}`,
  );
}

// All of that took one session, with the observed values as additional outputs.
const { registrations, sessions } = explain(net);
console.log(`\n${registrations[0]!.path}: ${registrations[0]!.why}; sessions: ${sessions}`);
await net.release();

function indexOfMax(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}
