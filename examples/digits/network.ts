import { Linear, Module, relu, type Tensor } from 'layertap';

/** Reads a handwritten digit of 8x8 pixels: `[..., 64]` in, a score for each of the ten digits out. */
export class Digits extends Module {
  fc1: Linear = new Linear(64, 32);
  fc2: Linear = new Linear(32, 16);
  fc3: Linear = new Linear(16, 10);

  override forward(x: Tensor): Tensor {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}
