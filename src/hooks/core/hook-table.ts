/** @file The registrations on one Hookable, or the global ones. pipeline.ts takes a list of them when a phase begins. */
import { describe, isForeign, isOfKind } from '../../check/index.ts';
import type { StreamWatcher } from './chunk-observer.ts';
import type { Reads } from './event.ts';
import type { HookableOptions, HookKind, Memory } from './hookable-options.ts';
import type { TensorReader } from './reader.ts';

/** A request to register. Hooks are typed at registration; inside the pipeline they are functions. */
export interface Registration
  extends Partial<Pick<HookEntry, 'name' | 'path' | 'onError' | 'streams' | 'reads' | 'onRemove'>> {
  readonly kind: HookKind;
  readonly hook: (...values: never[]) => unknown;
  readonly prepend?: boolean | undefined;
  readonly alwaysCall?: boolean | undefined;
}

/** A registration with its counters. */
export interface HookEntry {
  /** One counter for the process, as PyTorch's handles have. */
  readonly id: number;
  readonly kind: HookKind;
  /** For lists and messages. Default: the function's name. */
  readonly name: string;
  readonly hook: (...values: unknown[]) => unknown;
  readonly prepend: boolean;
  readonly alwaysCall: boolean;
  /** Called when it has been removed and no asynchronous call can still reach it. */
  readonly onRemove: (() => void) | undefined;
  /** The path in the events of an observer. */
  readonly path: string;
  /** Called with what an isolated observer threw or rejected with. */
  readonly onError: ((entry: HookEntry, cause: unknown) => void) | undefined;
  /** For an observer of the chunks of streams. */
  readonly streams: StreamWatcher | undefined;
  /** What an observer reads of the output. Undefined: it needs the output itself. */
  readonly reads: Reads | undefined;
  /** Times called. */
  calls: number;
  /** Errors in a row of an observer. */
  errors: number;
  /** Asynchronous calls whose snapshot includes it. It fires there even if it is removed first. */
  held: number;
  removed: boolean;
}

/** Calls `onRemove` if the hook has been removed and no call can reach it. */
export function release(entry: HookEntry): void {
  if (entry.removed && entry.held === 0) entry.onRemove?.();
}

let nextId = 0;

/**
 * Bumped when a table becomes active or idle, and when its registrations begin or cease to only read. Caches of 'nothing is
 * registered' and 'nothing but observers that read' hold while it is unchanged. An object, since a classic script gets the
 * values of what it imports, not the variables.
 */
export const activity: { count: number } = { count: 0 };

/** Bumped by every registration and removal, global ones too. A list is valid until it changes. */
export let changes = 0;

/** The tables of all Hookables, for registering and listing. A call has its table at hand. */
const tables = new WeakMap<object, HookTable>();

export function giveHookTable(module: object, table: HookTable): void {
  tables.set(module, table);
}

/**
 * What is registered on a Hookable. Not public.
 * @throws TypeError for a Hookable of another copy of layertap, or a Proxy around one
 */
export function hookTable(module: object): HookTable {
  const table = tables.get(module);
  if (table !== undefined) return table;
  const isProxy = isOfKind(module, 'Hookable') && !isForeign(module);
  const why = isProxy ? ', which its constructor did not make: a Proxy around one, perhaps' : '';
  throw new TypeError(
    `layertap: the module must be a Hookable of this copy of layertap, got ${describe(module)}${why}`,
  );
}

type Entries = readonly HookEntry[];

/** Shared by all tables: in a large model every list that a call reads is a cache miss. */
const NONE: Entries = [];

/** The hooks that a call runs. Lists are replaced, never changed, so a phase that has one has a snapshot. */
export interface Lists {
  /** The version of the global hooks that they were made for. */
  readonly madeFor: number;
  /** Global ones first. */
  readonly preHooks: Entries;
  /** Forward hooks, transforms and edits, global ones first: what may change the output, in one order. */
  readonly hooks: Entries;
  readonly observers: Entries;
}

/** The kinds that may change the output. */
export const FORWARD: readonly HookKind[] = ['forward', 'transform', 'edit'];

const STALE: Lists = {
  madeFor: -1,
  preHooks: NONE,
  hooks: NONE,
  observers: NONE,
};

/** What all observers can do with; undefined if one needs the output itself, or if there is none. */
export function readsOfAll(observers: Entries): Reads | undefined {
  if (observers.length === 0 || observers.some(({ reads }) => reads === undefined)) return undefined;
  return observers.some(({ reads }) => reads === 'values') ? 'values' : 'statistics';
}

/** The current lists. A function over plain fields: V8 does not inline a getter into each call. */
export function listsOf(table: HookTable): Lists {
  const { lists } = table;
  return lists.madeFor === table.global.version ? lists : table.makeLists();
}

/**
 * The registrations of one Hookable, or the global ones, and the lists that calls run. The first call after a change
 * makes the lists, so the cost of registering does not grow with the number of hooks.
 */
export class HookTable {
  readonly options: HookableOptions;
  /** `options.reader`. A field of its own, since options come in many hidden classes. */
  readonly reader: TensorReader | undefined;
  /** `options.memory`. */
  readonly memory: Memory | undefined;
  /** Runs before its own hooks: `globalHooks`, or `noHooks` if global hooks do not reach it. */
  readonly global: HookTable;
  /** The class of the last output that was a tensor or an array, and so not a stream. */
  classOfOutputs: unknown = NONE;
  /** Whether anything is registered. A call without hooks reads nothing else. */
  active = false;
  /** Whether it is active, and all that is registered here are observers that read outputs. */
  onlyReads = false;
  /** Calls started while anything was registered, here or globally. */
  calls = 0;
  /** Bumped by every change here. */
  version = 0;
  /** See {@link listsOf}. */
  lists: Lists = STALE;
  /** In the order of registration. */
  readonly #entries: Map<number, HookEntry> = new Map();
  /** Registrations that do more than read. */
  #others = 0;

  constructor(options: HookableOptions = {}, global?: HookTable) {
    this.options = options;
    this.reader = options.reader;
    this.memory = options.memory;
    this.global = global ?? this;
  }

  makeLists(): Lists {
    const { global } = this;
    this.lists = {
      madeFor: global.version,
      preHooks: [...global.ofKind('forward-pre'), ...this.ofKind('forward-pre')],
      hooks: [...global.ofKind(...FORWARD), ...this.ofKind(...FORWARD)],
      observers: this.ofKind('observer'),
    };
    return this.lists;
  }

  /** The registrations of some kinds, without global ones, in the order in which they run. */
  ofKind(...kinds: readonly HookKind[]): Entries {
    if (!this.active) return NONE;
    const own = [...this.#entries.values()].filter(({ kind }) => kinds.includes(kind));
    const prepended = own.filter(({ prepend }) => prepend).reverse();
    return prepended.length === 0 ? own : [...prepended, ...own.filter(({ prepend }) => !prepend)];
  }

  add({ kind, hook, name, prepend = false, alwaysCall = false, path = '', ...more }: Registration): number {
    const { onError, streams, reads, onRemove } = more;
    const { unsupported, install } = this.options;
    const why = unsupported?.[kind];
    if (why !== undefined) throw new TypeError(why);
    // Comes first: if it throws, nothing has been registered.
    install?.();
    // The fields that every call touches come first, to share a cache line.
    const entry: HookEntry = {
      hook: hook as HookEntry['hook'],
      calls: 0,
      path,
      onError,
      errors: 0,
      id: nextId++,
      kind,
      name: name ?? (hook.name || '(anonymous)'),
      prepend,
      alwaysCall,
      onRemove,
      held: 0,
      removed: false,
      streams,
      reads,
    };
    this.#entries.set(entry.id, entry);
    if (reads === undefined) this.#others++;
    this.#changed();
    return entry.id;
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  /** Does nothing if the id is gone. */
  remove(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    if (entry.reads === undefined) this.#others--;
    this.#changed();
    entry.removed = true;
    release(entry);
    if (!this.active) this.options.uninstall?.();
  }

  #changed(): void {
    changes++;
    this.version++;
    this.lists = STALE;
    const active = this.#entries.size > 0;
    const onlyReads = active && this.#others === 0;
    if (active !== this.active || onlyReads !== this.onlyReads) activity.count++;
    this.active = active;
    this.onlyReads = onlyReads;
  }
}

/** The global hooks. */
export const globalHooks: HookTable = new HookTable();
/** Always empty. */
export const noHooks: HookTable = new HookTable();
