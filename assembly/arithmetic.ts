// The only difference between the binaries: a multiply-add rounds once in the relaxed one (if the processor has FMA) and
// twice in the plain one. Both are within the error bound of the tests.

export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// pmax(x, 0) is `x < 0 ? 0 : x`: NaN and -0 pass unchanged, as in PyTorch. f32x4.max turns -0 into +0.
export function rectify(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}
