// The one place where the two binaries differ: a multiply-add is one rounding in the relaxed binary (where the
// machine has FMA) and two in the plain one. Both are within the error bound that the tests hold.

export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// pmax(x, 0) is `x < 0 ? 0 : x`: NaN and -0 pass unchanged, as in PyTorch. f32x4.max would turn -0 into +0.
export function rectify(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}
