// The only door to what every room uses of each value that came from outside. It imports nothing.
export { brand, FOREIGN, hasOtherCopies, isForeign, isOfKind } from './copies.ts';
export {
  absorb,
  className,
  describe,
  describeError,
  describeShape,
  isClass,
  isThenable,
  quote,
  tagOf,
  typeName,
} from './describe.ts';
export { GONE, isDetached } from './detached.ts';
export { widenBfloat16, widenFloat16 } from './half-precision.ts';
export { localPath } from './local-path.ts';
export { isNumeric, isTypedNumbers, kindOf, type Numbers, type NumericArray, readNumbers } from './numbers.ts';
export { checkOptions } from './options.ts';
export { printAsString } from './print-as-string.ts';
export { readStep } from './step.ts';
export { plainSummary, type Summary } from './summary.ts';
export { VALUES } from './tensor-values.ts';
export { isNews, markTrouble, troubleOf } from './trouble.ts';
export { decodeUtf8, encodeUtf8 } from './utf8.ts';
