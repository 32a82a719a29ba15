// Activation patching: which units of a network carry the difference between two inputs?
//
// A trained network reads a 3 and an 8. Unit by unit, the 8 is run again with what that unit said to the 3. How far do the scores
// go from 8 to 3? A picture shows it for each unit of both hidden layers: 100 % means that this unit alone turns the answer.
//
//   node --import tsx examples/patching/main.ts [picture.svg]
import { readFileSync, writeFileSync } from 'node:fs';
import { select, Tensor, withHooks } from 'layertap';
import { capture, patch } from 'layertap/inspect';
import { readSafetensors } from 'layertap/safetensors';
import { Digits } from '../digits/network.ts';
import { heatMap } from './heat-map.ts';

const read = (name: string) => readSafetensors(readFileSync(new URL(`../digits/data/${name}`, import.meta.url)));
const net = new Digits();
net.loadStateDict(read('weights.safetensors'));
const test = read('test.safetensors');
const [images, labels] = [test.get('images')!.data as Float32Array, [...(test.get('labels')!.data as Float32Array)]];

const [three, eight] = [imageOf(3), imageOf(8)];
const captured = await capture(net, [three], ['fc1', 'fc2']);
const [from, to] = [margin(net(eight)), margin(net(three))];
console.log(`score of 3 less score of 8: ${from.toFixed(2)} for the 8, ${to.toFixed(2)} for the 3\n`);

const rows = ['fc1', 'fc2'].map((path) => {
  const units = captured.value(path).shape[1] as number;
  const shares = Array.from({ length: units }, (_, unit) => {
    const patched = withHooks(
      () => patch(select(net, path), { from: captured, axis: 1, indices: [unit] }),
      () => net(eight),
    );
    return (margin(patched) - from) / (to - from);
  });
  return { path, shares };
});

for (const { path, shares } of rows) {
  const strongest = shares.map((share, unit) => ({ share, unit })).sort((a, b) => b.share - a.share);
  const top = strongest.slice(0, 4).map(({ share, unit }) => `unit ${unit} ${(100 * share).toFixed(0)} %`);
  console.log(`${path}: ${top.join(', ')}`);
}
const whole = withHooks(
  () => patch(select(net, 'fc1'), { from: captured }),
  () => net(eight),
);
console.log(`fc1 as a whole: ${((100 * (margin(whole) - from)) / (to - from)).toFixed(0)} %`);

const picture = process.argv[2];
if (picture !== undefined) writeFileSync(picture, heatMap(rows));

/** The first image of a digit in the test set. */
function imageOf(digit: number): Tensor {
  const first = labels.indexOf(digit);
  return new Tensor(images.slice(first * 64, (first + 1) * 64), [1, 64]);
}

function margin(scores: Tensor): number {
  return scores.data[3]! - scores.data[8]!;
}
