import { Linear, ready, relu, Tensor } from '../../../dist/index.js';

let layer;
let x;
export async function prepare({ rows, depth, columns, input, weight, bias }) {
  await ready();
  layer = new Linear(depth, columns);
  layer.weight.assign(weight);
  layer.bias.assign(bias);
  x = new Tensor(input, [rows, depth]);
}
export const run = () => relu(layer(x)).data;
