import { className, type Hookable } from '../hooks/index.ts';
import { ModuleArray } from './module-array.ts';
import { listString, printed } from './repr.ts';

/** Modules by number, for a module that calls them itself: `this.layers[0](x)`. */
export class ModuleList<M extends Hookable = Hookable> extends ModuleArray<M> {
  static override readonly className: string = 'ModuleList';

  /** @throws TypeError for anything that is not a module */
  constructor(modules: Iterable<M> = []) {
    super(modules);
  }

  override toString(): string {
    return printed(this, () => listString(className(this), this.namedChildren()));
  }
}
