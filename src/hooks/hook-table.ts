/** @file What is registered on one Hookable, or globally. */

/** A hook and what is known about it. The kinds are typed at registration; inside the pipeline they are functions. */
export interface HookRecord {
  /** One counter for the process, as PyTorch's handles have. */
  readonly id: number;
  readonly kind: 'forward-pre' | 'forward';
  readonly hook: (...values: unknown[]) => unknown;
  readonly alwaysCall: boolean;
  /** How often it was called. */
  calls: number;
}

let nextId = 0;

/**
 * Lists of hooks that are replaced, never changed: a phase that holds one holds its snapshot, without a copy per call.
 */
export class HookTable {
  preHooks: readonly HookRecord[] = [];
  hooks: readonly HookRecord[] = [];
  /** Whether anything is registered: the one field that a call without hooks reads. */
  active = false;
  /** Told when `active` changes. */
  onActive: ((active: boolean) => void) | undefined;

  add(kind: HookRecord['kind'], hook: HookRecord['hook'], options: { prepend: boolean; alwaysCall: boolean }): number {
    const record: HookRecord = { id: nextId, kind, hook, alwaysCall: options.alwaysCall, calls: 0 };
    // Told first: where installing fails, nothing has been registered.
    if (!this.active) this.onActive?.(true);
    nextId++;
    const place = (list: readonly HookRecord[]) => (options.prepend ? [record, ...list] : [...list, record]);
    if (kind === 'forward-pre') this.preHooks = place(this.preHooks);
    else this.hooks = place(this.hooks);
    this.active = true;
    return record.id;
  }

  /** Removes what has this id, if it is still here. */
  remove(id: number): void {
    this.preHooks = without(this.preHooks, id);
    this.hooks = without(this.hooks, id);
    this.#settle();
  }

  clear(): void {
    this.preHooks = [];
    this.hooks = [];
    this.#settle();
  }

  #settle(): void {
    const active = this.preHooks.length > 0 || this.hooks.length > 0;
    if (active === this.active) return;
    this.active = active;
    this.onActive?.(active);
  }
}

function without(list: readonly HookRecord[], id: number): readonly HookRecord[] {
  return list.some((record) => record.id === id) ? list.filter((record) => record.id !== id) : list;
}
