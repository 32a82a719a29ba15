// What you can ask of a running model: the questions of layertap/inspect, on a trained network that reads handwritten digits. The
// README and docs/inspect.md show what it prints; the tests compare them.
//
//   npm run build && node --import tsx examples/inspect/main.ts
import { readFileSync } from 'node:fs';
import { clone, Linear, Module, ReLU, select, Tensor, withHooks } from 'layertap';
import { capture, compare, deadUnits, guard, patch, profile, saturation, summary } from 'layertap/inspect';
import { readSafetensors } from 'layertap/safetensors';

class Digits extends Module {
  fc1: Linear = new Linear(64, 32);
  act1: ReLU = new ReLU();
  fc2: Linear = new Linear(32, 16);
  act2: ReLU = new ReLU();
  fc3: Linear = new Linear(16, 10);

  override forward(x: Tensor): Tensor {
    return this.fc3(this.act2(this.fc2(this.act1(this.fc1(x)))));
  }
}

const read = (name: string) => readSafetensors(readFileSync(new URL(`../digits/data/${name}`, import.meta.url)));
const net = new Digits();
net.loadStateDict(read('weights.safetensors'));
const images = read('test.safetensors').get('images')!.data as Float32Array;
const x = new Tensor(images.slice(0, 60 * 64), [60, 64]);

function show(question: string, answer: unknown): void {
  console.log(`# ${question}\n\n${answer}\n`);
}

const number = (value: number) => value.toFixed(2).padStart(7);

show('How large is it?', await summary(net, [x]));

const broken = clone(net);
broken.fc2.weight.data[3] = 0;
show('Which layer differs first?', await compare(net, broken, [x]));

const captured = await capture(net, [x], '*', { take: 'statistics' });
const rows = [...captured].map(([path, [call]]) => {
  const { mean, variance, min, max } = call!.value;
  return `${path.padEnd(5)}${[mean, Math.sqrt(variance), min, max].map(number).join('')}`;
});
show('What comes out of each layer?', ['        mean    std    min    max', ...rows].join('\n'));

const noisy = withHooks(
  () => patch(select(net, 'act1'), { noise: 5, seed: 1 }),
  () => net(x),
);
show(
  'What if a layer gave something else?',
  `first image: a ${digitIn(net(x))}; with noise behind act1: a ${digitIn(noisy)}`,
);

const units = [...(await deadUnits(net, [x], /^act/))].map(
  ([path, { dead }]) => `${path}: never above 0: ${dead.join(', ') || 'none'}`,
);
const shares = await saturation(net, [x], 'fc3', { bounds: [-20, 20], within: 0 });
show(
  'Which units say nothing?',
  [...units, `fc3: ${(100 * shares.get('fc3')!.share).toFixed(1)} % of the values are beyond ±20`].join('\n'),
);

show('How long does each layer take?', await profile(net, [x], { runs: 20 }));

broken.fc2.weight.data[40] = Number.NaN;
guard(broken, { action: 'throw' });
try {
  broken(x);
} catch (error) {
  show('Where is the first NaN?', (error as Error).message);
}

/** The digit with the largest score for the first image. */
function digitIn({ data }: Tensor): number {
  const scores = [...data].slice(0, 10);
  return scores.indexOf(Math.max(...scores));
}
