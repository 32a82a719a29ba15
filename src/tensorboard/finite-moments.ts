import type { Numbers } from '../kernels/index.ts';

/** What a histogram record says of its values beside the counts. All of it is 0 where no value is finite. */
export interface FiniteMoments {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sumSquares: number;
}

/**
 * A float64 sum that carries along what each addition rounds off, found by Knuth's TwoSum. Numpy adds in another
 * order, and its BLAS in yet another; being nearly exact is the one way to agree with both.
 */
class CompensatedSum {
  #sum = 0;
  #lost = 0;

  add(x: number): void {
    const sum = this.#sum + x;
    const part = sum - this.#sum;
    this.#lost += this.#sum - (sum - part) + (x - part);
    this.#sum = sum;
  }

  /** Once the sum has overflowed, what was lost is `Infinity - Infinity`. */
  get value(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#lost : this.#sum;
  }
}

/** Minimum, maximum, sum and sum of squares over the values that are neither NaN nor infinite. */
export function finiteMoments(values: Numbers): FiniteMoments {
  let [min, max] = [Infinity, -Infinity];
  const sum = new CompensatedSum();
  const sumSquares = new CompensatedSum();
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!Number.isFinite(x)) continue;
    // Equal counts as smaller so that of 0 and -0 the later one stays, as numpy mostly has it: the sign is written.
    if (x <= min) min = x;
    if (x >= max) max = x;
    sum.add(x);
    sumSquares.add(x * x);
  }
  if (min > max) [min, max] = [0, 0];
  return { min, max, sum: sum.value, sumSquares: sumSquares.value };
}
