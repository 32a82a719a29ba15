import { className, describe, type Hookable, isHookable, typeName } from '../hooks/index.ts';
import { Module } from './module.ts';

/**
 * Modules by number: what Sequential and ModuleList share. They are the own properties `0`, `1`, …, so `layers[0]` is
 * the first one. (A function has a `length` of its own, so their number is `size`, as of a Map.)
 */
export class ModuleArray extends Module {
  [index: number]: Hookable;
  #size = 0;

  /** @throws TypeError for anything that is not a module */
  constructor(modules: Iterable<Hookable>) {
    super();
    this.extend(modules);
  }

  /** How many modules there are. */
  get size(): number {
    return this.#size;
  }

  /** The module at an index; -1 is the last one. @throws RangeError where there is none */
  at(index: number): Hookable {
    return this[this.#index(index, this.#size - 1)]!;
  }

  /** Adds a module at the end. @throws TypeError for anything else */
  append(module: Hookable): this {
    return this.insert(this.#size, module);
  }

  /** Adds modules at the end: all of them, or none where one is not a module. */
  extend(modules: Iterable<Hookable>): this {
    const name = className(this);
    if (typeof modules?.[Symbol.iterator] !== 'function' || isHookable(modules)) {
      throw new TypeError(`${name}.extend should be called with an iterable, but got ${typeName(modules)}`);
    }
    const list = [...modules];
    for (const module of list) checkModule(name, module);
    for (const module of list) this[this.#size++] = module;
    return this;
  }

  /** Puts a module before the one at an index; later ones move up by one. */
  insert(index: number, module: Hookable): this {
    const place = this.#index(index, this.#size);
    checkModule(`${className(this)}.insert()`, module);
    for (let i = this.#size; i > place; i--) this[i] = this[i - 1]!;
    this[place] = module;
    this.#size++;
    return this;
  }

  /** Takes a module out, by default the last one; later ones move down by one. */
  pop(index = -1): Hookable {
    const place = this.#index(index, this.#size - 1);
    const module = this[place]!;
    for (let i = place; i < this.#size - 1; i++) this[i] = this[i + 1]!;
    this.#size--;
    delete this[this.#size];
    return module;
  }

  *[Symbol.iterator](): Generator<Hookable> {
    for (let i = 0; i < this.#size; i++) yield this[i]!;
  }

  /** An index from 0, where negative ones count from the end. */
  #index(index: number, last: number): number {
    const place = index < 0 ? index + this.#size : index;
    if (Number.isSafeInteger(place) && place >= 0 && place <= last) return place;
    throw new RangeError(`index ${String(index)} is out of range\n  there are ${this.#size} modules`);
  }
}

/** @throws TypeError for anything that is not a module */
export function checkModule(what: string, module: unknown): void {
  if (!isHookable(module))
    throw new TypeError(`${typeName(module)} is not a Module subclass\n  came: ${describe(module)}, to ${what}`);
}
