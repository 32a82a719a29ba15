import { className, describe, mismatch, typeName } from '../check/index.ts';
import { ForwardError, type Hookable, isHookable } from '../hooks/index.ts';
import { Module } from './module.ts';

/** Bumped when modules are added or removed; their number alone may be the same again. */
export let versionOf: (modules: ModuleArray) => number;

/**
 * Modules by number, the base of Sequential and ModuleList. They are the own properties `0`, `1`, …: `layers[0]` reads one,
 * `layers[0] = module` replaces it. Their number is `size`, because a function has a `length` already.
 *
 * Writes to properties are not intercepted, which would make each read of `layers[i]` ten times slower. Those that PyTorch
 * refuses (no module, an index beyond the end, a hole left by `delete`) are refused when the modules are next called,
 * iterated, changed or listed. Calls and iterations check only the first index beyond the end.
 */
export class ModuleArray<M extends Hookable = Hookable> extends Module {
  [index: number]: M;
  #size = 0;
  #version = 0;

  /** @throws TypeError for anything but modules */
  constructor(modules: Iterable<M>) {
    super();
    this.extend(modules);
  }

  /** The number of modules. */
  get size(): number {
    return this.#size;
  }

  /**
   * The module at an index; -1 is the last one.
   * @throws RangeError for an index out of range, TypeError for anything but a whole number
   */
  at(index: number): M {
    return this.#checked(this.#resolve(index, this.#size - 1));
  }

  /** Adds a module at the end. @throws TypeError for anything else */
  append(module: M): this {
    return this.insert(this.#size, module);
  }

  /** Adds modules at the end. @throws TypeError for anything else, before any is added */
  extend(modules: Iterable<M>): this {
    checkNumbered(this);
    const name = className(this);
    if (typeof modules?.[Symbol.iterator] !== 'function') {
      throw new TypeError(
        `${name}.extend should be called with an iterable, but got ${typeName(modules)}\n` +
          `  got: ${describe(modules)}\n  expected: an array of modules, or another container`,
      );
    }
    const list = [...modules];
    for (const module of list) checkModule(name, module);
    for (const module of list) {
      this[this.#size] = module;
      this.#size++;
      this.#version++;
    }
    return this;
  }

  /** Inserts a module before an index; later ones move up. */
  insert(index: number, module: M): this {
    checkNumbered(this);
    const position = this.#resolve(index, this.#size);
    checkModule(`${className(this)}.insert()`, module);
    for (let i = this.#size; i > position; i--) this[i] = this[i - 1]!;
    this[position] = module;
    this.#size++;
    this.#version++;
    return this;
  }

  /** Removes and returns a module, by default the last one; later ones move down. */
  pop(index = -1): M {
    checkNumbered(this);
    const position = this.#resolve(index, this.#size - 1);
    const module = this[position]!;
    for (let i = position; i < this.#size - 1; i++) this[i] = this[i + 1]!;
    delete this[this.#size - 1];
    this.#size--;
    this.#version++;
    return module;
  }

  /**
   * The modules in order. A later module may be replaced during the iteration.
   * @throws ForwardError for an index that holds anything else, or if modules are added or removed
   */
  [Symbol.iterator](): IterableIterator<M> {
    // The cheap part of checkNumbered. hasOwn is twice as fast as reading a property that does not exist.
    if (Object.hasOwn(this, this.#size)) throw beyondEnd(this, this.#size);
    const [size, version] = [this.#size, this.#version];
    let next = 0;
    // A generator takes twice the time.
    const iterator: IterableIterator<M> = {
      next: () => {
        if (this.#version !== version) throw changedSize(size, this.#size);
        return next < size ? { value: this.#checked(next++), done: false } : { value: undefined, done: true };
      },
      [Symbol.iterator]: () => iterator,
    };
    return iterator;
  }

  /** The modules by number, then those in other properties. @throws ForwardError for writes that PyTorch refuses */
  override *namedChildren(): Generator<[string, Hookable]> {
    checkNumbered(this);
    yield* super.namedChildren();
  }

  #checked(index: number): M {
    const module = this[index];
    return isHookable(module) ? module : throwNotModule(this, index);
  }

  /** Resolves a negative index from the end. @throws as {@link at} */
  #resolve(index: number, last: number): number {
    if (!Number.isSafeInteger(index)) throw mismatch(className(this), 'an index', 'a whole number', index);
    const position = index < 0 ? index + this.#size : index;
    if (position >= 0 && position <= last) return position;
    throw new RangeError(outOfRange(index, this.#size).join('\n  '));
  }

  static {
    versionOf = (modules) => modules.#version;
  }
}

/** @throws TypeError for anything but a module */
export function checkModule(where: string, module: unknown): void {
  if (isHookable(module)) return;
  const text = `${typeName(module)} is not a Module subclass\n  got: ${describe(module)}, to ${where}`;
  throw new TypeError(`${text}\n  expected: an instance, such as new ReLU()`);
}

const INDEX = /^(0|[1-9]\d*)$/;

/**
 * @param only whether no other property may hold a module, because forward would not call it
 * @throws ForwardError unless the numbered properties are the modules `0` to `size - 1`
 */
export function checkNumbered(modules: ModuleArray, only = false): void {
  for (let i = 0; i < modules.size; i++) if (!isHookable(modules[i])) throwNotModule(modules, i);
  // Keys begin with the numbers, in order.
  const beyond = Object.keys(modules)[modules.size];
  if (beyond !== undefined && INDEX.test(beyond)) throw beyondEnd(modules, Number(beyond));
  if (!only) return;
  for (const key of Object.keys(modules).slice(modules.size)) {
    const module = (modules as unknown as Record<string, unknown>)[key];
    if (!isHookable(module)) continue;
    throw new ForwardError(
      `${className(modules)}.${key} is never called: forward calls the numbered modules`,
      `got: ${describe(module)}`,
      'expected: append(), or a subclass that overrides forward',
    );
  }
}

/** Modules were added or removed during a call or an iteration. The text is that of Python's `for module in self`. */
export function changedSize(before: number, after: number): ForwardError {
  return new ForwardError(
    'dictionary changed size during iteration',
    `got: ${after} modules${before === after ? ' again, after some were added and others removed' : ''}`,
    `expected: ${before}, as at the start; add and remove modules before or after`,
  );
}

/** @throws ForwardError for an index that holds no module */
export function throwNotModule(modules: ModuleArray, index: number): never {
  const name = className(modules);
  const came: unknown = modules[index];
  throw Object.hasOwn(modules, index)
    ? new ForwardError(
        `cannot assign '${typeName(came)}' as child module '${index}' (torch.nn.Module or None expected)`,
        `got: ${describe(came)}, to ${name}[${index}]`,
        'expected: a module',
      )
    : new ForwardError(
        `${name}[${index}] is gone`,
        `got: ${name} with a hole`,
        `expected: pop(${index}), which moves the later ones down`,
      );
}

/** A value was written to an index beyond the end. */
function beyondEnd(modules: ModuleArray, index: number): ForwardError {
  const [text, ...details] = outOfRange(index, modules.size);
  const came = `got: ${describe(modules[index])}, to ${className(modules)}[${index}]`;
  return new ForwardError(text, ...details, came, 'expected: append(), which adds one');
}

function outOfRange(index: number, size: number): [string, string] {
  return [`index ${index} is out of range`, `there ${size === 1 ? 'is 1 module' : `are ${size} modules`}`];
}
