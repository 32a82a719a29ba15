// Writes log directories as people have them, with the times of a training: a Keras log of epochs and iterations, thirty
// runs of reinforcement learning, and a run that was resumed after a pause. For pictures and tests of axes.
import { join } from 'node:path';
import { SummaryWriter } from '../../dist/tensorboard.js';

/** Seconds since 1970: the first record. */
export const START = Date.UTC(2026, 10, 27, 9, 0, 0) / 1000;

/** Reproducible numbers from 0 to 1 (Marsaglia's xorshift32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
const gaussian = (random) => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

const TEXT = `# Experiment 12

A *small* network on **digits**, \`lr = 0.01\`. See [the paper](https://example.org/paper).

| layer | units | activation |
| :-- | --: | :-- |
| dense | 128 | relu |
| dense_1 | 10 | softmax |

- [x] batch norm
- [ ] dropout

> No <b>augmentation</b> yet.

\`\`\`
model.fit(x, y, epochs=10)
\`\`\`
`;

/** Histograms and epoch_* at ten epochs, evaluation at 15,000 iterations, as Keras's callback writes them. */
export async function writeKeras(directory) {
  const random = numbers(3);
  const train = new SummaryWriter(join(directory, 'train'));
  const validation = new SummaryWriter(join(directory, 'validation'));
  train.addText('notes', TEXT, 0, { wallTime: START });
  for (let epoch = 0; epoch < 10; epoch++) {
    const wallTime = START + (epoch + 1) * 480;
    for (const [i, layer] of ['conv2d/kernel', 'dense/kernel', 'dense_1/kernel'].entries()) {
      const values = Float64Array.from({ length: 800 }, () => gaussian(random) * 0.05 * (1 + i) * (1 + epoch / 6));
      train.addHistogram(layer, values, epoch, { wallTime });
    }
    const filters = Float32Array.from({ length: 6 * 64 }, (_, i) => Math.sin(i / (2 + (i >> 6)) + epoch) / 2 + 0.5);
    train.addImages('filters', { shape: [6, 1, 8, 8], data: filters }, epoch, { wallTime });
    train.addScalar('epoch_loss', 1.4 * Math.exp(-epoch / 3) + 0.2, epoch, { wallTime });
    validation.addScalar('epoch_loss', 1.3 * Math.exp(-epoch / 3) + 0.35, epoch, { wallTime: wallTime + 30 });
    validation.addScalar('evaluation_loss_vs_iterations', 1.3 * Math.exp(-epoch / 3) + 0.35, (epoch + 1) * 1500, {
      wallTime: wallTime + 30,
    });
  }
  for (let step = 0; step <= 15_000; step += 50) {
    const loss = 1.5 * Math.exp(-step / 4500) + 0.2 + 0.05 * gaussian(random);
    train.addScalar('batch_loss', loss, step, { wallTime: START + step * 0.32 });
  }
  await train.close();
  await validation.close();
}

/** Histograms at steps 0 to 4 and 17 to 30, and of another layer at 0 to 3,000. */
export async function writeGap(directory) {
  const random = numbers(7);
  const writer = new SummaryWriter(join(directory, 'run'));
  const values = () => Float64Array.from({ length: 50 }, () => gaussian(random));
  for (let step = 0; step <= 30; step++) {
    if (step <= 4 || step >= 17) writer.addHistogram('epochs', values(), step, { wallTime: START + step * 60 });
    writer.addHistogram('iterations', values(), step * 100, { wallTime: START + step * 60 });
  }
  await writer.close();
}

/** Steps that are times, and values that differ in their last digits: both need long labels. */
export async function writeManyDigits(directory) {
  const writer = new SummaryWriter(join(directory, 'run'));
  for (let i = 0; i < 60; i++) {
    const [step, wallTime] = [1_700_000_000 + i * 7, START + i * 0.003];
    writer.addScalar('constant', Math.LN2 + (i % 5) * 1e-7, step, { wallTime });
    writer.addScalar('iterations', 1_234_567 + i / 100, step, { wallTime });
    writer.addHistogram('layer', Float64Array.of(-1e-9, 1e-9, i), step, { wallTime });
  }
  await writer.close();
}

/** Thirty runs of three algorithms, which begin one after another, at different speeds. */
export async function writeThirtyRuns(directory) {
  const random = numbers(5);
  for (let i = 0; i < 30; i++) {
    const name = `${['ppo', 'sac', 'td3'][i % 3]}/CartPole-v1_seed=${Math.floor(i / 3)}`;
    const writer = new SummaryWriter(join(directory, name));
    const steps = 100 + Math.floor(random() * 150);
    const speed = 0.004 * (1 + (i % 3));
    const from = START + i * 400;
    for (let k = 0; k < steps; k++) {
      const [step, wallTime] = [k * 2048, from + k * 2048 * speed * (0.9 + 0.2 * random())];
      const reward = 480 * (1 - Math.exp(-k / (25 + 12 * (i % 3)))) + 18 * gaussian(random);
      writer.addScalar('rollout/ep_rew_mean', reward, step, { wallTime });
      writer.addScalar('train/value_loss', Math.exp(3 - k / 60 + 0.3 * gaussian(random)), step, { wallTime });
    }
    await writer.close();
  }
}

/** A run that stopped at step 60, and went on from a checkpoint at step 50 half an hour later, on a clock two hours behind. */
export async function writeResumed(directory) {
  const random = numbers(9);
  const write = async (from, to, start, options) => {
    const writer = new SummaryWriter(join(directory, 'resumed'), options);
    for (let step = from; step < to; step++) {
      const wallTime = start + (step - from) * 20;
      const values = Float64Array.from({ length: 500 }, () => gaussian(random) * (0.5 + step / 100));
      writer.addHistogram('layer1', values, step, { wallTime });
      writer.addScalar('loss', 2 * Math.exp(-step / 30) + 0.05 * gaussian(random), step, { wallTime });
    }
    await writer.close();
  };
  await write(0, 60, START);
  await write(50, 100, START + 60 * 20 + 1800, { filenameSuffix: '.resumed' });
  const back = new SummaryWriter(join(directory, 'clock-back'));
  for (let step = 0; step < 60; step++) {
    const wallTime = START + step * 20 - (step >= 30 ? 300 : 0);
    back.addScalar('loss', 2 * Math.exp(-step / 25), step, { wallTime });
  }
  await back.close();
}
