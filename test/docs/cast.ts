/** @file The names that code blocks of the docs use without defining them. */
import {
  Linear,
  Module,
  manualSeed,
  ReLU,
  rand,
  relu,
  Sequential,
  type Tensor,
  type TensorReader,
  tensorReader,
} from 'layertap';
import { SummaryWriter } from 'layertap/tensorboard';

class Block extends Module {
  fc1: Linear = new Linear(20, 20);
  fc2: Linear = new Linear(20, 20);
  override forward(x: Tensor): Tensor {
    return relu(this.fc2(this.fc1(x)));
  }
}

class Network extends Module {
  fc1: Linear = new Linear(10, 20);
  act: ReLU = new ReLU();
  encoder: Sequential = new Sequential(new Block(), new Block());
  fc2: Linear = new Linear(20, 2);
  override forward(x: Tensor): Tensor {
    return this.fc2(this.encoder(this.act(this.fc1(x))) as Tensor);
  }
}

export interface Cast {
  net: Network;
  x: Tensor;
  writer: SummaryWriter;
  model: { predict(input: number): number };
  reader: TensorReader;
  hook(): void;
  /** Two batches for the network. */
  batches: Tensor[];
  loss(t: Tensor): number;
  /** Aborts a block that would not end. */
  signal: AbortSignal;
  draw(...values: unknown[]): void;
  count(path: string): void;
  average(events: unknown[]): void;
  stopTimer(): void;
  ablate(t: Tensor): Tensor;
}

/** A new cast for each block, so that blocks cannot affect each other. Its numbers are the same in each run. */
export function cast(writer: SummaryWriter = new SummaryWriter()): Cast {
  manualSeed(0);
  return {
    net: new Network(),
    x: rand(8, 10),
    writer,
    model: { predict: (input) => input * 2 },
    reader: tensorReader as TensorReader,
    hook() {},
    batches: [rand(8, 10), rand(8, 10)],
    loss: (t) => t.data[0]!,
    signal: AbortSignal.timeout(300),
    draw() {},
    count() {},
    average() {},
    stopTimer() {},
    ablate: (t) => t.mul(0),
  };
}

/** All of them. */
export const NAMES: readonly (keyof Cast)[] = [
  'net',
  'x',
  'writer',
  'model',
  'reader',
  'hook',
  'batches',
  'loss',
  'signal',
  'draw',
  'count',
  'average',
  'stopTimer',
  'ablate',
];
