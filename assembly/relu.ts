import { rectify } from './arithmetic';

// output[i] = input[i] < 0 ? 0 : input[i]. Works in place. Nothing beyond `count` floats is accessed: the last ones go one
// by one, each in a lane of a vector.
export function relu(input: usize, output: usize, count: i32): void {
  const end = input + ((<usize>count) << 2);
  const vectors = input + ((<usize>count & ~7) << 2);
  while (input < vectors) {
    v128.store(output, rectify(v128.load(input)));
    v128.store(output, rectify(v128.load(input, 16)), 16);
    input += 32;
    output += 32;
  }
  while (input < end) {
    v128.store_lane<f32>(output, rectify(v128.load32_zero(input)), 0);
    input += 4;
    output += 4;
  }
}
