// The only door to what every room uses of each value that came from outside. It imports nothing.
export { absorb, className, describe, describeError, isClass, isThenable, typeName } from './describe.ts';
export { VALUES } from './tensor-values.ts';
