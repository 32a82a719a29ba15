/** @file The options of `attach`, and their check. */
import {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  describe,
  FUNCTION,
  isPlainObject,
  type Rule,
  rule,
  STRING,
} from '../check/index.ts';
import type { HookableOptions, HookKind, Memory, reachedByGlobalHooks } from './core/hookable-options.ts';
import type { Hookable } from './hookable.ts';

/** The options that `attach` sets itself, or that only adapters need. */
type Excluded = 'call' | 'receiver' | 'install' | 'uninstall' | 'validateEdit' | 'holder' | typeof reachedByGlobalHooks;

/** See {@link HookableOptions} for the options that are not listed here. */
export interface AttachOptions extends Omit<HookableOptions, Excluded> {
  /** The name in messages, and what `String(hookable)` returns. Default `Class.method`. */
  name?: string | undefined;
  /** The children, as [name, module], read at each walk of the tree. Default: own properties that hold modules. */
  children?: (() => Iterable<[string, Hookable]>) | undefined;
}

const KINDS: readonly string[] = [
  'forward-pre',
  'forward',
  'transform',
  'edit',
  'observer',
  'backward-pre',
  'backward',
] satisfies HookKind[];

const SENTENCES = rule(
  `an object with a sentence for some of ${KINDS.join(', ')}`,
  (value) =>
    isPlainObject(value) &&
    Object.entries(value).every(([kind, why]) => KINDS.includes(kind) && ['string', 'undefined'].includes(typeof why)),
);

const MEMORY = rule('what manualMemory() gives', (value) => typeof (value as Memory | null)?.free === 'function');

const RULES: Record<keyof AttachOptions, Rule> = {
  name: STRING,
  children: FUNCTION,
  reader: ANYTHING,
  async: BOOLEAN,
  unsupported: SENTENCES,
  completeInputs: FUNCTION,
  validateInputs: FUNCTION,
  validateOutput: FUNCTION,
  memory: MEMORY,
  explainError: FUNCTION,
  graph: FUNCTION,
  discard: FUNCTION,
  parameters: FUNCTION,
  replay: FUNCTION,
  profiler: FUNCTION,
};

/** @throws TypeError for an unknown option, or a value of another kind */
export function checkAttachOptions(options: AttachOptions): void {
  checkOptions('attach()', options, RULES);
  const { reader, memory } = options;
  if (reader === undefined) {
    if (memory === undefined) return;
    throw new TypeError('attach(): option "memory" needs a "reader", which tells what a tensor is');
  }
  for (const key of ['is', 'shape', 'values', 'keep'] as const) {
    if (typeof reader?.[key] === 'function') continue;
    throw new TypeError(`attach(): option "reader" must have a method ${key}(), got ${describe(reader)}`);
  }
}
