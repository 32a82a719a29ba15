import { className, describe } from '../check/index.ts';
import type { Hookable } from '../hooks/index.ts';
import { ModuleArray } from './module-array.ts';
import { listString, printed } from './repr.ts';

/** Modules by number, for a module that calls them: `this.layers[0](x)`. */
export class ModuleList<M extends Hookable = Hookable> extends ModuleArray<M> {
  static override readonly className: string = 'ModuleList';

  /** @throws TypeError for anything but modules, or a second argument */
  constructor(modules: Iterable<M> = [], ...more: never[]) {
    if (more.length > 0) {
      throw new TypeError(
        `ModuleList takes one argument, but ${more.length + 1} were given\n` +
          `  got: ${[modules, ...more].map(describe).join(', ')}\n  expected: new ModuleList([a, b]), an array of modules`,
      );
    }
    super(modules);
  }

  override toString(): string {
    return printed(this, () => listString(className(this), this.namedChildren()));
  }
}
