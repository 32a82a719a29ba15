import { className, describe, typeName } from '../check/index.ts';
import { ForwardError, type Hookable } from '../hooks/index.ts';
import { Module } from './module.ts';
import { changedSize, checkModule } from './module-array.ts';

/** Modules by name, in insertion order, with methods like those of a Map. */
export class ModuleDict<M extends Hookable = Hookable> extends Module {
  static override readonly className: string = 'ModuleDict';
  readonly #modules = new Map<string, M>();

  /**
   * @param modules a plain object or [name, module] pairs, as of a Map or another ModuleDict
   * @throws TypeError for anything but modules, and for a name that is empty or has a dot
   */
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    for (const [name, module] of pairsOf(modules)) this.set(name, module);
  }

  get size(): number {
    return this.#modules.size;
  }

  has(name: string): boolean {
    return this.#modules.has(name);
  }

  /** @throws RangeError if there is no module of that name */
  get(name: string): M {
    const module = this.#modules.get(name);
    if (module !== undefined) return module;
    throw new RangeError(
      `'${String(name)}'\n  there is no such module; there are: ${[...this.keys()].join(', ') || 'none'}`,
    );
  }

  /** @throws TypeError for anything but a module, and for a name that is empty or has a dot */
  set(name: string, module: M): this {
    if (typeof name !== 'string') {
      throw new TypeError(`module name should be a string. Got ${typeName(name)}\n  got: ${describe(name)}`);
    }
    if (name === '') throw new TypeError(`module name can't be empty string ""`);
    if (name.includes('.')) throw new TypeError(`module name can't contain ".", got: ${name}`);
    checkModule(`ModuleDict["${name}"]`, module);
    this.#modules.set(name, module);
    return this;
  }

  /** @returns whether there was a module of that name */
  delete(name: string): boolean {
    return this.#modules.delete(name);
  }

  clear(): void {
    this.#modules.clear();
  }

  keys(): IterableIterator<string> {
    return unchanging(this.#modules, this.#modules.keys());
  }

  values(): IterableIterator<M> {
    return unchanging(this.#modules, this.#modules.values());
  }

  entries(): IterableIterator<[string, M]> {
    return unchanging(this.#modules, this.#modules.entries());
  }

  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this.entries();
  }

  /** The modules by name, then those in other properties. @throws Error if a property has the name of a module */
  override *namedChildren(): Generator<[string, Hookable]> {
    yield* this.#modules;
    for (const [name, module] of super.namedChildren()) {
      if (this.#modules.has(name)) {
        const taken = `"${name}" is also the name of a module that was set()`;
        throw new Error(`${className(this)}.${name}: ${taken}; give this ${className(module)} another name`);
      }
      yield [name, module];
    }
  }
}

/** Throws where iterating a Python dict does: if its size changes, or a key that was deleted and set again comes twice. */
function* unchanging<T>(modules: ReadonlyMap<string, unknown>, iterator: Iterable<T>): Generator<T> {
  const { size } = modules;
  let count = 0;
  for (const entry of iterator) {
    if (++count > size) {
      throw new ForwardError(
        'dictionary keys changed during iteration',
        `got: ${describe(entry)}, after the ${size} of the start`,
        'expected: the same names as at the start; delete and set modules before or after',
      );
    }
    yield entry;
    if (modules.size !== size) throw changedSize(size, modules.size);
  }
}

/** @throws TypeError with PyTorch's text for anything but an object or pairs */
function pairsOf<M>(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): (readonly [string, M])[] {
  const isIterable = typeof (modules as Iterable<unknown> | null)?.[Symbol.iterator] === 'function';
  if (typeof modules === 'string' || (!isIterable && (modules === null || typeof modules !== 'object'))) {
    throw new TypeError(
      `ModuleDict.update should be called with an iterable of key/value pairs, but got ${typeName(modules)}\n` +
        `  got: ${describe(modules)}\n  expected: an object, a Map or [name, module] pairs`,
    );
  }
  if (!isIterable) return Object.entries(modules as Record<string, M>);
  const pairs = [...(modules as Iterable<readonly [string, M]>)];
  pairs.forEach((pair: unknown, i) => {
    const what = `ModuleDict update sequence element #${i}`;
    const expected = `\n  got: ${describe(pair)}\n  expected: a pair [name, module]`;
    if (!Array.isArray(pair)) throw new TypeError(`${what} should be Iterable; is${typeName(pair)}${expected}`);
    if (pair.length !== 2) throw new TypeError(`${what} has length ${pair.length}; 2 is required${expected}`);
  });
  return pairs;
}
