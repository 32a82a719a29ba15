import { describe, type Hookable, isHookable } from '../hooks/index.ts';
import { Module } from './module.ts';
import { checkModule } from './module-array.ts';

/** Modules by name, in the order in which they came, with the methods of a Map. */
export class ModuleDict extends Module {
  static override readonly className: string = 'ModuleDict';
  readonly #modules = new Map<string, Hookable>();

  /**
   * @param modules a plain object, a Map, or [name, module] pairs
   * @throws TypeError for anything that is not a module, or a name that is empty or has a dot
   */
  constructor(modules: Readonly<Record<string, Hookable>> | Iterable<readonly [string, Hookable]> = {}) {
    super();
    if (modules === null || typeof modules !== 'object' || isHookable(modules)) {
      throw new TypeError(`ModuleDict should be made from an object, a Map or pairs, but got ${describe(modules)}`);
    }
    for (const [name, module] of Symbol.iterator in modules ? modules : Object.entries(modules)) this.set(name, module);
  }

  get size(): number {
    return this.#modules.size;
  }

  has(name: string): boolean {
    return this.#modules.has(name);
  }

  /** @throws RangeError where there is no module of that name */
  get(name: string): Hookable {
    const module = this.#modules.get(name);
    if (module !== undefined) return module;
    throw new RangeError(`'${name}'\n  there is no such module; there are: ${[...this.keys()].join(', ') || 'none'}`);
  }

  /** @throws TypeError for anything that is not a module, or a name that is empty or has a dot */
  set(name: string, module: Hookable): this {
    if (typeof name !== 'string') throw new TypeError(`module name should be a string. Got ${describe(name)}`);
    if (name === '') throw new TypeError(`module name can't be empty string ""`);
    if (name.includes('.')) throw new TypeError(`module name can't contain ".", got: ${name}`);
    checkModule(`ModuleDict["${name}"]`, module);
    this.#modules.set(name, module);
    return this;
  }

  /** Whether there was one to delete. */
  delete(name: string): boolean {
    return this.#modules.delete(name);
  }

  keys(): IterableIterator<string> {
    return this.#modules.keys();
  }

  values(): IterableIterator<Hookable> {
    return this.#modules.values();
  }

  entries(): IterableIterator<[string, Hookable]> {
    return this.#modules.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, Hookable]> {
    return this.entries();
  }

  override *namedChildren(): Generator<[string, Hookable]> {
    yield* this.#modules;
  }
}
