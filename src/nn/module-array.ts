import { className, describe, typeName } from '../check/index.ts';
import { ForwardError, type Hookable, isHookable } from '../hooks/index.ts';
import { Module } from './module.ts';

/** How often modules were added or removed: their number may be the same again. */
export let changesOf: (modules: ModuleArray) => number;

/**
 * Modules by number: what Sequential and ModuleList share. They are the own properties `0`, `1`, …, so `layers[0]` is
 * the first one, and `layers[0] = module` puts another in its place. (A function has a `length` of its own, so their
 * number is `size`, as of a Map.)
 *
 * Nothing intercepts a write to a property: that would make each read of `layers[i]` ten times slower. A write that
 * PyTorch would refuse (a value that is no module, an index beyond the end, a hole left by `delete`) is refused when the
 * modules are next called, iterated, changed or walked, with its index. (A call and an iteration look right behind the
 * end; what stands further away is seen by whatever walks the modules.)
 */
export class ModuleArray<M extends Hookable = Hookable> extends Module {
  [index: number]: M;
  #size = 0;
  #changes = 0;

  /** @throws TypeError for anything that is not a module */
  constructor(modules: Iterable<M>) {
    super();
    this.extend(modules);
  }

  /** How many modules there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * The module at an index; -1 is the last one.
   * @throws RangeError where there is none, TypeError for an index that is no whole number
   */
  at(index: number): M {
    return this.#checked(this.#index(index, this.#size - 1));
  }

  /** Adds a module at the end. @throws TypeError for anything else */
  append(module: M): this {
    return this.insert(this.#size, module);
  }

  /** Adds modules at the end: all of them, or none where one is not a module. */
  extend(modules: Iterable<M>): this {
    checkNumbered(this);
    const name = className(this);
    if (typeof modules?.[Symbol.iterator] !== 'function') {
      throw new TypeError(
        `${name}.extend should be called with an iterable, but got ${typeName(modules)}\n` +
          `  came: ${describe(modules)}\n  expected: an array of modules, or another container`,
      );
    }
    const list = [...modules];
    for (const module of list) checkModule(name, module);
    for (const module of list) {
      this[this.#size] = module;
      this.#size++;
      this.#changes++;
    }
    return this;
  }

  /** Puts a module before the one at an index; later ones move up by one. */
  insert(index: number, module: M): this {
    checkNumbered(this);
    const place = this.#index(index, this.#size);
    checkModule(`${className(this)}.insert()`, module);
    for (let i = this.#size; i > place; i--) this[i] = this[i - 1]!;
    this[place] = module;
    this.#size++;
    this.#changes++;
    return this;
  }

  /** Takes a module out, by default the last one; later ones move down by one. */
  pop(index = -1): M {
    checkNumbered(this);
    const place = this.#index(index, this.#size - 1);
    const module = this[place]!;
    for (let i = place; i < this.#size - 1; i++) this[i] = this[i + 1]!;
    delete this[this.#size - 1];
    this.#size--;
    this.#changes++;
    return module;
  }

  /**
   * The modules in order. One that is replaced meanwhile comes in its new form, if it has not come yet.
   * @throws ForwardError where something else was written to an index, or modules are added or removed meanwhile
   */
  [Symbol.iterator](): IterableIterator<M> {
    checkEnd(this);
    const [size, changes] = [this.#size, this.#changes];
    let next = 0;
    // By hand: a generator takes twice the time.
    const iterator: IterableIterator<M> = {
      next: () => {
        if (this.#changes !== changes) throw changedSize(size, this.#size);
        return next < size ? { value: this.#checked(next++), done: false } : { value: undefined, done: true };
      },
      [Symbol.iterator]: () => iterator,
    };
    return iterator;
  }

  /** The modules by number, then those in other properties. @throws as {@link ModuleArray} says */
  override *namedChildren(): Generator<[string, Hookable]> {
    checkNumbered(this);
    yield* super.namedChildren();
  }

  #checked(index: number): M {
    const module = this[index];
    return isHookable(module) ? module : wrongModule(this, index);
  }

  /** An index from 0, where negative ones count from the end. */
  #index(index: number, last: number): number {
    if (!Number.isSafeInteger(index)) {
      throw new TypeError(`${className(this)}: an index must be a whole number, got ${describe(index)}`);
    }
    const place = index < 0 ? index + this.#size : index;
    if (place >= 0 && place <= last) return place;
    throw new RangeError(outOfRange(index, this.#size).join('\n  '));
  }

  static {
    changesOf = (modules) => modules.#changes;
  }
}

/** @throws TypeError for anything that is not a module */
export function checkModule(what: string, module: unknown): void {
  if (!isHookable(module))
    throw new TypeError(`${typeName(module)} is not a Module subclass\n  came: ${describe(module)}, to ${what}`);
}

const INDEX = /^(0|[1-9]\d*)$/;

/**
 * Checks that the numbered properties are the modules `0` to `size - 1` and nothing else.
 * @throws ForwardError that names the index: it is found in a forward more often than not, and then says where
 */
export function checkNumbered(modules: ModuleArray): void {
  for (let i = 0; i < modules.size; i++) if (!isHookable(modules[i])) wrongModule(modules, i);
  // Own properties come with the numbers first, in their order.
  const beyond = Object.keys(modules)[modules.size];
  if (beyond !== undefined && INDEX.test(beyond)) throw behindEnd(modules, Number(beyond));
}

/**
 * {@link checkNumbered}, and that no other property holds a module: for a container whose forward calls these alone.
 * @throws ForwardError that names the property
 */
export function checkAlone(modules: ModuleArray): void {
  checkNumbered(modules);
  for (const key of Object.keys(modules).slice(modules.size)) {
    const module = (modules as unknown as Record<string, unknown>)[key];
    if (!isHookable(module)) continue;
    throw new ForwardError(
      `${className(modules)}.${key} is never called: forward calls the numbered modules`,
      `came: ${describe(module)}`,
      'expected: append(), or a subclass with a forward of its own',
    );
  }
}

/** Whether {@link checkAlone} has nothing to say. */
export function isAlone(modules: ModuleArray): boolean {
  try {
    checkAlone(modules);
    return true;
  } catch {
    return false;
  }
}

/**
 * Modules were added or removed while they were being called or iterated. In the words of Python, which refuses it to
 * `for module in self`.
 */
export function changedSize(before: number, after: number): ForwardError {
  return new ForwardError(
    'dictionary changed size during iteration',
    `came: ${after} modules${before === after ? ' again, after some were added and others removed' : ''}`,
    `expected: ${before}, as at the start; add and remove modules before or after`,
  );
}

/** The part of {@link checkNumbered} that costs a call next to nothing: whether something stands right behind the end. */
function checkEnd(modules: ModuleArray): void {
  // Asking is twice as fast as reading a property that is not there.
  if (Object.hasOwn(modules, modules.size)) throw behindEnd(modules, modules.size);
}

/** What stands at an index that should hold a module. */
export function wrongModule(modules: ModuleArray, index: number): never {
  const name = className(modules);
  const came: unknown = modules[index];
  throw Object.hasOwn(modules, index)
    ? new ForwardError(
        `cannot assign '${typeName(came)}' as child module '${index}' (torch.nn.Module or None expected)`,
        `came: ${describe(came)}, to ${name}[${index}]`,
        'expected: a module',
      )
    : new ForwardError(
        `${name}[${index}] is gone`,
        `came: ${name} with a hole`,
        `expected: pop(${index}), which moves the later ones down`,
      );
}

/** Something was written to an index where nothing was. */
function behindEnd(modules: ModuleArray, index: number): ForwardError {
  const [text, ...details] = outOfRange(index, modules.size);
  const came = `came: ${describe(modules[index])}, to ${className(modules)}[${index}]`;
  return new ForwardError(text, ...details, came, 'expected: append(), which adds one');
}

function outOfRange(index: number, size: number): [string, string] {
  return [`index ${index} is out of range`, `there ${size === 1 ? 'is 1 module' : `are ${size} modules`}`];
}
