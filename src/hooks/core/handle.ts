// Makes the types know Symbol.dispose, whatever `lib` the reader of them has set.
/// <reference lib="esnext.disposable" preserve="true" />
import { type WeakReference, weakly } from '../../check/index.ts';
import type { HookTable } from './hook-table.ts';

/** Undoes a registration. Fits `using handle = …` and RxJS's `Subscription.add`. */
export interface Handle {
  /** Removes everything that was registered with it. Twice is harmless. */
  remove(): void;
  /** The same as `remove`, under the name that RxJS calls. */
  unsubscribe(): void;
  /** The same as `remove`, for `using`. */
  [Symbol.dispose](): void;
}

/** The handle of one hook. It keeps neither the module nor the hook alive. */
export class RemovableHandle implements Handle {
  static readonly className: string = 'RemovableHandle';
  /** One counter for the process, as PyTorch's handles have. */
  readonly id: number;
  readonly #table: WeakReference<HookTable>;

  constructor(table: HookTable, id: number) {
    this.id = id;
    this.#table = weakly(table);
  }

  /** Removes the hook. Twice, or after the module is gone, is harmless. */
  remove(): void {
    this.#table.deref()?.remove(this.id);
  }

  unsubscribe(): void {
    this.remove();
  }

  declare [Symbol.dispose]: () => void;

  static {
    // An engine without the symbol has no `using` either.
    if (Symbol.dispose !== undefined) {
      Object.defineProperty(RemovableHandle.prototype, Symbol.dispose, {
        value: RemovableHandle.prototype.remove,
        writable: true,
        configurable: true,
      });
    }
  }
}

/** A handle that calls a function. */
export function handleOf(remove: () => void): Handle {
  return Object.assign({ remove, unsubscribe: remove }, Symbol.dispose && { [Symbol.dispose]: remove });
}

/** Removes all, even if some fail (an `uninstall` that throws). @throws the first error, after all were tried */
export function removeAll(handles: Iterable<{ remove(): void }>): void {
  const errors: unknown[] = [];
  for (const handle of handles) {
    try {
      handle.remove();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
