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

/** The site shows the comments under blocks that use the names. */
export interface Cast {
  /** a network with the layers fc1, act, encoder (two blocks of two layers) and fc2 */
  net: Network;
  /** a batch of shape [8, 10] */
  x: Tensor;
  /** a SummaryWriter */
  writer: SummaryWriter;
  /** an object with a method predict */
  model: { predict(input: number): number };
  /** a TensorReader */
  reader: TensorReader;
  /** a function that does nothing */
  hook(): void;
  /** two batches of shape [8, 10] */
  batches: Tensor[];
  /** a function that gives the first value of a tensor */
  loss(t: Tensor): number;
  /** an AbortSignal that aborts after 0.3 s */
  signal: AbortSignal;
  /** a function that does nothing */
  draw(...values: unknown[]): void;
  /** a function that does nothing */
  count(path: string): void;
  /** a function that does nothing */
  average(events: unknown[]): void;
  /** a function that does nothing */
  stopTimer(): void;
  /** a function that gives zeros of the same shape */
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
