/** @file What the outputs of a selection are called where they are recorded. */
import { className, describe, isForeign, isOfKind } from '../check/index.ts';
import { hookTable } from './core/hook-table.ts';
import type { Hookable } from './hookable.ts';
import type { Selection } from './select.ts';

/**
 * What a tag is: the module's path, its repr as in PyTorch's tutorials, or what a function makes of both. Where two
 * modules would have one tag, their paths are added in brackets.
 */
export type TagOption = 'path' | 'repr' | ((path: string, module: Hookable) => string);

/**
 * The tag of each module of a selection.
 * @param where names the call in the error message
 * @param prefix comes before each tag, with a '/' between them
 * @throws TypeError for other arguments
 */
export function tagsOf(
  where: string,
  selection: Selection,
  tag: TagOption = 'path',
  prefix?: string,
): Map<Hookable, string> {
  if (!isOfKind(selection, 'Selection') || isForeign(selection)) {
    throw new TypeError(`${where}: what select() gives expected, got ${describe(selection)}`);
  }
  if (tag !== 'path' && tag !== 'repr' && typeof tag !== 'function') {
    throw new TypeError(`${where}: option "tag" must be 'path', 'repr' or a function, got ${describe(tag)}`);
  }
  if (prefix !== undefined && (typeof prefix !== 'string' || prefix === '')) {
    throw new TypeError(`${where}: option "prefix" must be a string that is not empty, got ${describe(prefix)}`);
  }
  const start = prefix === undefined ? '' : `${prefix}/`;
  const named = [...selection].map(([path, module]) => {
    // Refuses what registering would refuse, before anything is registered.
    hookTable(module);
    if (typeof tag === 'function') return { path, module, name: tag(path, module) };
    // A repr of several lines would make no heading; a root has no path.
    const repr = String(module).replace(/\s*\n\s*/g, ' ');
    return { path, module, name: tag === 'repr' ? repr : path || className(module) };
  });
  const uses = new Map<string, number>();
  for (const { name } of named) uses.set(name, (uses.get(name) ?? 0) + 1);
  const tags = new Map<Hookable, string>();
  const taken = new Map<string, string>();
  for (const { path, module, name } of named) {
    const full = uses.get(name)! > 1 ? `${name} (${path})` : name;
    if (taken.has(full)) {
      const both = `${JSON.stringify(taken.get(full))} and ${JSON.stringify(path)}`;
      throw new TypeError(
        `${where}: ${both} would both have the tag ${JSON.stringify(full)}: one would hide the other`,
      );
    }
    taken.set(full, path);
    tags.set(module, start + full);
  }
  return tags;
}

/** Where the record of a call goes. */
export interface RecordPlace<S> {
  readonly tag: string;
  readonly step: S;
}

/**
 * The tag and the step of each call of some modules. Without steps of the caller's, a module's calls are its steps, from 0.
 * Of several calls at one step the first has the module's tag, then come `tag/call_1`, `tag/call_2`, ….
 */
export class RecordPlaces<S extends number | bigint> {
  readonly #modules: Map<Hookable, { readonly tag: string; next: number; step: S | undefined }>;
  readonly #step: (() => S) | undefined;

  constructor(tags: ReadonlyMap<Hookable, string>, step: (() => S) | undefined) {
    this.#modules = new Map([...tags].map(([module, tag]) => [module, { tag, next: 0, step: undefined }]));
    this.#step = step;
  }

  /** To be asked once for each call, also for those that are not recorded. @throws what the caller's function throws */
  next(module: Hookable): RecordPlace<S | number> {
    const last = this.#modules.get(module)!;
    if (this.#step === undefined) return { tag: last.tag, step: last.next++ };
    const step = this.#step();
    if (last.step !== step) last.next = 0;
    last.step = step;
    const repeats = last.next++;
    return { tag: repeats === 0 ? last.tag : `${last.tag}/call_${repeats}`, step };
  }
}
