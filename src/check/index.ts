// The entry to the helpers that every room shares. Imports nothing outside this folder.

export { binOf } from './bin-of.ts';
export { brand, FOREIGN, hasOtherCopies, isForeign, isOfKind } from './copies.ts';
export { className, describe, describeError, describeShape, printAsString, quote, typeName } from './describe.ts';
export { lacking, textDecoder, type WeakReference, weakly } from './engine.ts';
export { widenBfloat16, widenFloat16 } from './half-precision.ts';
export { localPath } from './local-path.ts';
export { nearest, nearestLine } from './nearest.ts';
export * from './numbers.ts';
export * from './options.ts';
export { isFirstReport, markOutage, outageOf } from './outage.ts';
export { readStep } from './step.ts';
export { plainSummary, type Summary } from './summary.ts';
export { absorb, isClass, isPlainObject, isThenable, tagOf, typedArrayName } from './type-tests.ts';
export { decodeUtf8, encodeUtf8 } from './utf8.ts';
