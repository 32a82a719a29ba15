import type { Hookable } from '../hooks/index.ts';
import { ModuleArray } from './module-array.ts';
import { listString } from './repr.ts';

/** Modules by number, for a module that calls them itself: `this.layers[0](x)`. */
export class ModuleList extends ModuleArray {
  static override readonly className: string = 'ModuleList';

  /** @throws TypeError for anything that is not a module */
  constructor(modules: Iterable<Hookable> = []) {
    super(modules);
  }

  override toString(): string {
    return listString('ModuleList', [...this]);
  }
}
