import { rectify } from './arithmetic';

// output[i] = input[i] < 0 ? 0 : input[i]. Both buffers hold a multiple of four floats: the caller rounds up, so
// there is no scalar tail here; what stands in the padding is never read back.
export function relu(input: usize, output: usize, count: i32): void {
  const end = input + ((<usize>count) << 2);
  while (input < end) {
    v128.store(output, rectify(v128.load(input)));
    input += 16;
    output += 16;
  }
}
