/** @file What is registered on one Hookable, or globally. */
import { describe, isForeign } from '../check/index.ts';
import type { TensorReader } from './reader.ts';
import type { HookableTraits, HookKind } from './traits.ts';

/** What somebody asks for. The kinds are typed at registration; inside the pipeline they are functions. */
export interface Registration {
  readonly kind: HookKind;
  readonly hook: (...values: never[]) => unknown;
  /** For lists and messages. Default: the function's name. */
  readonly name?: string;
  readonly prepend?: boolean | undefined;
  readonly alwaysCall?: boolean | undefined;
  /** Of an observer: the path that its events have. */
  readonly path?: string;
  /** Of an observer that is isolated: told of what it threw or rejected. */
  readonly failed?: (record: HookRecord, cause: unknown) => void;
  /** Called once it is removed, whoever removes it, and no asynchronous call holds it any more. */
  readonly onRemove?: () => void;
}

/** A registration and what is known about it. */
export interface HookRecord {
  /** One counter for the process, as PyTorch's handles have. */
  readonly id: number;
  readonly kind: HookKind;
  readonly name: string;
  readonly hook: (...values: unknown[]) => unknown;
  readonly alwaysCall: boolean;
  readonly onRemove: (() => void) | undefined;
  readonly path: string;
  readonly failed: ((record: HookRecord, cause: unknown) => void) | undefined;
  /** How often it was called. */
  calls: number;
  /** How often in a row an observer has failed. */
  errors: number;
  /** How many asynchronous calls hold it in their snapshot: removed meanwhile, it still fires there. */
  held: number;
  removed: boolean;
}

/** Ends what was removed, once no call can reach it any more. */
export function release(record: HookRecord): void {
  if (record.removed && record.held === 0) record.onRemove?.();
}

let nextId = 0;

/** Counts how often somebody began or ceased to be listened to: what was found out about that holds for one number. */
export let activity = 0;

/** The tables of all Hookables. A call holds its own directly; only registering and listing look it up here. */
const tables = new WeakMap<object, HookTable>();

export function giveHookTable(module: object, table: HookTable): void {
  tables.set(module, table);
}

/**
 * What is registered on a Hookable. Not public: others would depend on its shape.
 * @throws TypeError for a Hookable of another copy of layertap, or one that no constructor made: a Proxy around one
 */
export function hookTable(module: object): HookTable {
  const table = tables.get(module);
  if (table !== undefined) return table;
  const why = isForeign(module) ? '' : ', which its constructor did not make: a Proxy around one, perhaps';
  throw new TypeError(`a module of this copy of layertap expected, got ${describe(module)}${why}`);
}

type Records = readonly HookRecord[];

/** One empty list for all: between two layers of a large model, whatever a call reads comes from far. */
const NONE: Records = [];

/**
 * Lists of hooks that are replaced, never changed: a phase that holds one holds its snapshot, without a copy per call.
 */
export class HookTable {
  /** What its Hookable can do and takes. */
  readonly traits: HookableTraits;
  /** Those that run before its own: `globalHooks`, or `noHooks` where global hooks do not reach. */
  readonly global: HookTable;
  preHooks: Records = NONE;
  /** Forward hooks and transforms: what may change the output, in one order. */
  hooks: Records = NONE;
  observers: Records = NONE;
  /** Backward hooks and pre-hooks. No pipeline runs them: the adapter does, where its framework computes gradients. */
  backward: Records = NONE;
  /** Whether anything is registered: the one field that a call without hooks reads. */
  active = false;
  /** Whether nothing but observers is registered. A field, because what is read in every call should be read at once. */
  #onlyObserved = true;

  constructor(traits: HookableTraits = {}, global?: HookTable) {
    this.traits = traits;
    this.global = global ?? this;
  }

  /** Whether there are observers at the most: then nothing can change a call. */
  get onlyObservers(): boolean {
    return this.#onlyObserved && !this.global.active;
  }

  /** Whether there are no pre-hooks. */
  get noneBefore(): boolean {
    return this.preHooks.length === 0 && this.global.preHooks.length === 0;
  }

  /** How the outputs of its Hookable are read. */
  get reader(): TensorReader | undefined {
    return this.traits.reader;
  }

  add({ kind, hook, name, prepend, alwaysCall = false, path = '', failed, onRemove }: Registration): number {
    const { impossible, install } = this.traits;
    const why = impossible?.[kind];
    if (why !== undefined) throw new TypeError(why);
    // First: where installing fails, nothing has been registered.
    install?.();
    // First what every call reads and writes, so that it lies together.
    const record: HookRecord = {
      hook: hook as HookRecord['hook'],
      calls: 0,
      path,
      failed,
      errors: 0,
      id: nextId++,
      kind,
      name: name ?? (hook.name || '(anonymous)'),
      alwaysCall,
      onRemove,
      held: 0,
      removed: false,
    };
    const place = (list: Records) => (prepend ? [record, ...list] : [...list, record]);
    if (kind === 'forward-pre') this.preHooks = place(this.preHooks);
    else if (kind === 'observer') this.observers = place(this.observers);
    else if (kind === 'backward-pre' || kind === 'backward') this.backward = place(this.backward);
    else this.hooks = place(this.hooks);
    if (!this.active) activity++;
    this.active = true;
    if (kind !== 'observer') this.#onlyObserved = false;
    return record.id;
  }

  /** All that is registered, in the order in which it runs. */
  all(): HookRecord[] {
    return [...this.preHooks, ...this.hooks, ...this.observers, ...this.backward];
  }

  has(id: number): boolean {
    return this.all().some((record) => record.id === id);
  }

  /** Removes what has this id, if it is still here. */
  remove(id: number): void {
    const removed = this.all().find((record) => record.id === id);
    if (removed === undefined) return;
    const rest = (list: Records) => (list.includes(removed) ? list.filter((record) => record !== removed) : list);
    this.preHooks = rest(this.preHooks);
    this.hooks = rest(this.hooks);
    this.observers = rest(this.observers);
    this.backward = rest(this.backward);
    this.#settle([removed]);
  }

  clear(): void {
    const removed = this.all();
    this.preHooks = NONE;
    this.hooks = NONE;
    this.observers = NONE;
    this.backward = NONE;
    this.#settle(removed);
  }

  #settle(removed: readonly HookRecord[]): void {
    const wasActive = this.active;
    const all = this.all();
    this.active = all.length > 0;
    this.#onlyObserved = all.every(({ kind }) => kind === 'observer');
    if (wasActive !== this.active) activity++;
    for (const record of removed) {
      record.removed = true;
      release(record);
    }
    if (wasActive && !this.active) this.traits.uninstall?.();
  }
}

/** The one registry of the process. Its hooks run before a module's own. */
export const globalHooks: HookTable = new HookTable();
/** Nothing is ever registered here. */
export const noHooks: HookTable = new HookTable();
