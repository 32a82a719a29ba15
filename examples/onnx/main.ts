// A transformer that was trained in PyTorch to write digits backwards, and exported as anyone exports: one input, one
// output, nothing of what goes on inside. What its layers put out, and where it looks, is read from that file as it is.
//
//   npm run build && npx tsx examples/onnx/main.ts
import { select } from 'layertap';
import { createOnnx, explain, ofOp } from 'layertap/adapters/onnx';
import ort from 'onnxruntime-node';

const DIGITS = [3, 1, 4, 1, 5, 9, 2, 6];

const net = await createOnnx(ort, new URL('data/reverse.onnx', import.meta.url));

// 1. The modules have the names that they have in PyTorch: a line of statistics for each layer's output.
console.log('What the layers put out:\n');
const logged = select(net, /^(embed|encoder\.layers\.0(\.self_attn|\.linear\d|\.norm\d)?|head)$/).log();

// 2. The attention is the output of no module, but of a node: the one that computes a Softmax.
let attention: Float32Array = new Float32Array();
select(net, ofOp('Softmax')).observe(({ output }) => {
  attention = output.data as Float32Array;
});

const digits = new ort.Tensor('int64', BigInt64Array.from(DIGITS, BigInt), [1, DIGITS.length]);
const { logits } = await net({ digits });
logged.remove();

// 3. Where each place of the output looks: the darker, the more.
console.log('\nWhere it looks to write each digit:\n');
console.log(`          ${DIGITS.join(' ')}`);
const scores = logits!.data as Float32Array;
const written = DIGITS.map((_, place) => indexOfMax(scores.subarray(place * 10, place * 10 + 10)));
for (const [place, digit] of written.entries()) {
  const row = attention.subarray(place * DIGITS.length, (place + 1) * DIGITS.length);
  console.log(
    `writes ${digit}  ${[...row].map((share) => ' .:-=+*#%@'[Math.min(9, Math.floor(share * 10))]).join(' ')}`,
  );
}

// What that took: one session, with these values as further outputs.
const { registrations, sessions } = explain(net);
console.log(`\n${registrations[0]!.path}: ${registrations[0]!.why}; sessions: ${sessions}`);
await net.release();

function indexOfMax(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}
