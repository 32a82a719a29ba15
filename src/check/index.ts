// The only door to what every room uses of each value that came from outside. It imports nothing.
export { brand, FOREIGN, hasOtherCopies, isForeign, isOfKind } from './copies.ts';
export { absorb, className, describe, describeError, isClass, isThenable, typeName } from './describe.ts';
export { VALUES } from './tensor-values.ts';
export { decodeUtf8, encodeUtf8 } from './utf8.ts';
