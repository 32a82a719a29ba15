/** @file What is registered on one Hookable, or globally. */
import { describe, isForeign } from '../../check/index.ts';
import type { HookableOptions, HookKind } from './hookable-options.ts';
import type { TensorReader } from './reader.ts';
import type { ChunkListener } from './streams/stream-tap.ts';

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
  /** Of an observer that wants the chunks of streams. */
  readonly chunks?: ChunkListener | undefined;
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
  readonly prepend: boolean;
  readonly alwaysCall: boolean;
  readonly onRemove: (() => void) | undefined;
  readonly path: string;
  readonly failed: ((record: HookRecord, cause: unknown) => void) | undefined;
  readonly chunks: ChunkListener | undefined;
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

/** Bumped by each registration and removal, on any Hookable and globally. While it stays, so do all lists. */
export let changes = 0;

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

/** What calls run through. A list is never changed: a phase that holds one holds its snapshot. */
export interface Lists {
  /** Which version of the global hooks they were made for. */
  readonly madeFor: number;
  /** Global ones first. */
  readonly preHooks: Records;
  /** Forward hooks, transforms and edits, global ones first: what may change the output, in one order. */
  readonly hooks: Records;
  readonly observers: Records;
}

/** The kinds that may change the output. */
const FORWARD = ['forward', 'transform', 'edit'] as const;

const STALE: Lists = { madeFor: -1, preHooks: NONE, hooks: NONE, observers: NONE };

/** The lists as they are now. A function and plain fields: a getter would be too much for V8 to build into each call. */
export function listsOf(table: HookTable): Lists {
  const { lists } = table;
  return lists.madeFor === table.global.version ? lists : table.makeLists();
}

/**
 * What is registered, by id, and the lists of it that calls run through. They are made when a call asks for them after
 * a change: registering costs the same however many hooks there are.
 */
export class HookTable {
  /** What its Hookable can do and takes. */
  readonly options: HookableOptions;
  /** How the outputs of its Hookable are read. A field: options come in many shapes. */
  readonly reader: TensorReader | undefined;
  /** Those that run before its own: `globalHooks`, or `noHooks` where global hooks do not reach. */
  readonly global: HookTable;
  /** The class of the last output that was a tensor or an array, and so no stream. Only observers ask. */
  classOfOutputs: unknown = NONE;
  /** Whether anything is registered: the one field that a call without hooks reads. */
  active = false;
  /** How many calls have started while anything was registered here or globally. */
  calls = 0;
  /** How often what is registered has changed. */
  version = 0;
  /** See {@link listsOf}. */
  lists: Lists = STALE;
  /** In the order of registration. */
  readonly #records: Map<number, HookRecord> = new Map();
  /** How many are no observers. */
  #others = 0;

  constructor(options: HookableOptions = {}, global?: HookTable) {
    this.options = options;
    this.reader = options.reader;
    this.global = global ?? this;
  }

  makeLists(): Lists {
    this.lists = {
      madeFor: this.global.version,
      preHooks: [...this.global.#own('forward-pre'), ...this.#own('forward-pre')],
      hooks: [...this.global.#own(...FORWARD), ...this.#own(...FORWARD)],
      observers: this.#own('observer'),
    };
    return this.lists;
  }

  #own(...kinds: HookKind[]): Records {
    if (!this.active) return NONE;
    const own = [...this.#records.values()].filter(({ kind }) => kinds.includes(kind));
    const prepended = own.filter(({ prepend }) => prepend).reverse();
    return prepended.length === 0 ? own : [...prepended, ...own.filter(({ prepend }) => !prepend)];
  }

  /** Whether anything but observers is registered, here or globally. */
  get mayReplace(): boolean {
    return this.#others > 0 || this.global.active;
  }

  get hasPreHooks(): boolean {
    return listsOf(this).preHooks.length > 0;
  }

  add({
    kind,
    hook,
    name,
    prepend = false,
    alwaysCall = false,
    path = '',
    failed,
    chunks,
    onRemove,
  }: Registration): number {
    const { unsupported, install } = this.options;
    const why = unsupported?.[kind];
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
      prepend,
      alwaysCall,
      onRemove,
      held: 0,
      removed: false,
      chunks,
    };
    this.#records.set(record.id, record);
    if (kind !== 'observer') this.#others++;
    this.#changed();
    return record.id;
  }

  /** All that is registered here, in the order in which it runs. */
  all(): HookRecord[] {
    return [...this.#own('forward-pre'), ...this.#own(...FORWARD), ...this.#own('observer'), ...this.backward()];
  }

  /** Backward hooks or pre-hooks, or both. No pipeline runs them: the adapter does, where its framework computes gradients. */
  backward(...kinds: ('backward-pre' | 'backward')[]): Records {
    return this.#own(...(kinds.length === 0 ? (['backward-pre', 'backward'] as const) : kinds));
  }

  has(id: number): boolean {
    return this.#records.has(id);
  }

  /** Removes what has this id, if it is still here. */
  remove(id: number): void {
    const record = this.#records.get(id);
    if (record === undefined) return;
    this.#records.delete(id);
    if (record.kind !== 'observer') this.#others--;
    this.#settle([record]);
  }

  clear(): void {
    const removed = this.all();
    if (removed.length === 0) return;
    this.#records.clear();
    this.#others = 0;
    this.#settle(removed);
  }

  #settle(removed: readonly HookRecord[]): void {
    this.#changed();
    for (const record of removed) {
      record.removed = true;
      release(record);
    }
    if (!this.active) this.options.uninstall?.();
  }

  #changed(): void {
    changes++;
    this.version++;
    this.lists = STALE;
    const active = this.#records.size > 0;
    if (active !== this.active) activity++;
    this.active = active;
  }
}

/** The one registry of the process. Its hooks run before a module's own. */
export const globalHooks: HookTable = new HookTable();
/** Nothing is ever registered here. */
export const noHooks: HookTable = new HookTable();
