/**
 * @file Several copies of layertap in one process: nested node_modules, two versions, a bundle beside a CDN. Each copy
 * has its own classes, so `instanceof` fails for instances of another. Classes that can meet another copy are branded with
 * a registered symbol, which tells every copy what they are and which copy made them.
 */

/** The classes that other copies recognize. */
export type Kind = 'Hookable' | 'Tensor' | 'Parameter' | 'Selection';

interface Brand {
  readonly kind: Kind;
  /** Identifies the copy. */
  readonly copy: object;
}

const BRAND = Symbol.for('layertap');
const THIS_COPY = {};

/** All loaded copies. */
const COPIES = Symbol.for('layertap.copies');
const everywhere = globalThis as { [COPIES]?: object[] };
const copies = everywhere[COPIES] ?? [];
copies.push(THIS_COPY);
// A frozen global object refuses: copies then find each other by branded values alone.
Reflect.set(everywhere, COPIES, copies);
// Once: a program that is evaluated again at each change of its sources loads many.
if (copies.length === 2) {
  console.warn(
    "layertap: a second copy of layertap has been loaded, and the two do not know each other's modules; " +
      'load one: npm ls layertap lists those in node_modules, and a page takes layertap.global.js or modules',
  );
}

// Here, since this file is in a program once. The newest methods that are called: a compiler for older engines changes syntax alone.
const missing = ['at', 'findLast', 'findLastIndex'].filter((name) => !(name in []));
if (missing.length > 0) {
  console.warn(`layertap: the arrays of this engine have no ${missing.join(', ')}: load a polyfill before layertap`);
}

/** Whether another copy of layertap is loaded. */
export function hasOtherCopies(): boolean {
  return copies.length > 1;
}

/** Makes all copies recognize the instances of a class. */
export function brand(made: { readonly prototype: object }, kind: Kind): void {
  Object.defineProperty(made.prototype, BRAND, { value: { kind, copy: THIS_COPY } satisfies Brand });
}

/** Whether a value is an instance of this class of any copy. A Parameter is a Tensor too. */
export function isOfKind(value: unknown, kind: Kind): boolean {
  const found = brandOf(value)?.kind;
  return found === kind || (kind === 'Tensor' && found === 'Parameter');
}

/** Whether another copy of layertap made a value. */
export function isForeign(value: unknown): boolean {
  const found = brandOf(value);
  return found !== undefined && found.copy !== THIS_COPY;
}

/** Follows the name of a foreign value in messages. */
export const FOREIGN = 'of another copy of layertap';

function brandOf(value: unknown): Brand | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const found = (value as { [BRAND]?: Partial<Brand> })[BRAND];
  // A Proxy may have every property.
  return typeof found?.kind === 'string' ? (found as Brand) : undefined;
}
