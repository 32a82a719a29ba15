// Makes the types know Symbol.dispose, whatever `lib` the reader of them has set.
/// <reference lib="esnext.disposable" preserve="true" />
import type { HookTable } from './hook-table.ts';

/**
 * What a registration gives back: the way to undo it. Fits `using` and RxJS's `Subscription.add`. It keeps neither
 * the module nor the hook alive.
 */
export class RemovableHandle {
  /** One counter for the process. */
  readonly id: number;
  readonly #table: { deref(): HookTable | undefined };

  constructor(table: HookTable, id: number) {
    this.id = id;
    // Where an engine has no weak references a handle keeps its module alive.
    this.#table = typeof WeakRef === 'undefined' ? { deref: () => table } : new WeakRef(table);
  }

  /** Removes the hook. Twice, or after the module is gone, is harmless. */
  remove(): void {
    this.#table.deref()?.remove(this.id);
  }

  /** The same as {@link remove}, under the name that RxJS calls. */
  unsubscribe(): void {
    this.remove();
  }

  declare [Symbol.dispose]: () => void;

  static {
    // `using handle = …`. An engine without the symbol has no `using` either.
    if (Symbol.dispose !== undefined) {
      Object.defineProperty(RemovableHandle.prototype, Symbol.dispose, {
        value: RemovableHandle.prototype.remove,
        writable: true,
        configurable: true,
      });
    }
  }
}

/** Removes all, also behind one whose `uninstall` fails. @throws the first error, when all are removed */
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
