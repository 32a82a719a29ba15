/**
 * @file Several copies of layertap in one process: a nested node_modules, two versions, a bundle beside a CDN. Each has
 * classes and tables of its own, so `instanceof` alone would take what another copy made for something else entirely.
 * What can meet another copy carries a registered symbol: from it each copy reads what a value is, and who made it.
 */

/** What layertap makes that other copies have to recognise. */
export type Kind = 'Hookable' | 'Tensor' | 'Parameter' | 'Selection';

interface Brand {
  readonly kind: Kind;
  /** One object for each copy. */
  readonly copy: object;
}

const BRAND = Symbol.for('layertap');
const THIS_COPY = {};

/** All copies that this process has loaded. */
const COPIES = Symbol.for('layertap.copies');
const everywhere = globalThis as { [COPIES]?: object[] };
const copies = everywhere[COPIES] ?? [];
copies.push(THIS_COPY);
// Where the global object is frozen, copies know each other by their values alone.
Reflect.set(everywhere, COPIES, copies);

/** Whether this process has loaded another copy of layertap. */
export function hasOtherCopies(): boolean {
  return copies.length > 1;
}

/** Makes all copies know the instances of a class. */
export function brand(made: { readonly prototype: object }, kind: Kind): void {
  Object.defineProperty(made.prototype, BRAND, { value: { kind, copy: THIS_COPY } satisfies Brand });
}

/** Whether a value is what some copy of layertap made as this kind; a Parameter is a Tensor too. */
export function isOfKind(value: unknown, kind: Kind): boolean {
  const found = brandOf(value)?.kind;
  return found === kind || (kind === 'Tensor' && found === 'Parameter');
}

/** Whether another copy of layertap made a value. */
export function isForeign(value: unknown): boolean {
  const found = brandOf(value);
  return found !== undefined && found.copy !== THIS_COPY;
}

/** For the end of a message that names such a value. */
export const FOREIGN = 'of another copy of layertap';

function brandOf(value: unknown): Brand | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const found = (value as { [BRAND]?: Partial<Brand> })[BRAND];
  // A Proxy may answer to every name.
  return typeof found?.kind === 'string' ? (found as Brand) : undefined;
}
