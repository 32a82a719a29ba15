/** @file What the outputs of a selection are called where they are recorded. */
import { className, describe, isForeign } from '../check/index.ts';
import { hookTable } from './hook-table.ts';
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
 * @throws TypeError for other arguments
 */
export function tagsOf(where: string, selection: Selection, tag: TagOption = 'path'): Map<Hookable, string> {
  if (typeof (selection as Partial<Selection> | undefined)?.observe !== 'function' || isForeign(selection)) {
    throw new TypeError(`${where}: what select() gives expected, got ${describe(selection)}`);
  }
  if (tag !== 'path' && tag !== 'repr' && typeof tag !== 'function') {
    throw new TypeError(`${where}: option "tag" must be 'path', 'repr' or a function, got ${describe(tag)}`);
  }
  const named = [...selection].map(([path, module]) => {
    // Its events would have no reader.
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
    tags.set(module, full);
  }
  return tags;
}

/** Tells the calls of a module at one step from each other, where the steps are somebody else's. */
export class RepeatedSteps<S> {
  readonly #last: WeakMap<Hookable, { step: S; calls: number }> = new WeakMap();

  /** The tag of this call: `tag` itself, then `tag/call_1`, `tag/call_2`, …. To be asked once for each call. */
  tag(module: Hookable, step: S, tag: string): string {
    const last = this.#last.get(module);
    const calls = last?.step === step ? last.calls + 1 : 0;
    this.#last.set(module, { step, calls });
    return calls === 0 ? tag : `${tag}/call_${calls}`;
  }
}
