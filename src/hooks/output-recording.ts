/** @file Recording the outputs of a selection: the tag of each module, the step of each call, the tensors of each output. */
import {
  absorb,
  check,
  className,
  describeError,
  isForeign,
  isOfKind,
  isThenable,
  mismatch,
  NONEMPTY_STRING,
  type Numbers,
  readNumbers,
} from '../check/index.ts';
import type { ReadingEvent } from './core/event.ts';
import { hookTable } from './core/hook-table.ts';
import type { ModuleLike } from './core/module-like.ts';
import { Hookable } from './hookable.ts';
import type { Selection } from './select.ts';
import { TensorVisitor } from './tensor-visitor.ts';

/**
 * The tag of a module: its path, its repr as in PyTorch's tutorials, or the result of a function. If two modules have the
 * same repr, their paths are added in brackets.
 */
export type TagOption = 'path' | 'repr' | ((path: string, module: Hookable) => string);

/**
 * The tag of each module of a selection.
 * @param where names the call in the error message
 * @param prefix put before each tag, with a '/'
 * @throws TypeError for other arguments
 */
export function tagsOf(
  where: string,
  selection: Selection,
  tag: TagOption = 'path',
  prefix?: string,
): Map<Hookable, string> {
  if (!isOfKind(selection, 'Selection') || isForeign(selection)) {
    const error = mismatch(where, 'the selection', 'what select() gives', selection);
    if (selection instanceof Hookable) {
      error.message +=
        "\n  expected: select(model, '**'), the modules inside it; select(model, () => true), the model too";
    }
    throw error;
  }
  if (tag !== 'path' && tag !== 'repr' && typeof tag !== 'function') {
    throw mismatch(where, 'option "tag"', "'path', 'repr' or a function", tag);
  }
  if (prefix !== undefined) check(where, 'option "prefix"', prefix, NONEMPTY_STRING);
  const start = prefix === undefined ? '' : `${prefix}/`;
  const named = [...selection].map(([path, module]) => {
    // Throws what registering would throw, before anything is registered.
    hookTable(module);
    if (typeof tag === 'function') return { path, module, name: tag(path, module) };
    // A tag is one line, and a root has no path.
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

/** The tag and the step that an output is recorded under. */
export interface RecordPlace<S> {
  readonly tag: string;
  readonly step: S;
}

/**
 * The tag and the step of each call of some modules. By default the calls of a module are its steps, counted from 0. The
 * first call at a step gets the module's tag, the next ones `tag/call_1`, `tag/call_2`, ….
 */
export class RecordPlaces<S extends number | bigint> {
  static readonly className: string = 'RecordPlaces';
  readonly #modules: Map<Hookable, { readonly tag: string; next: number; step: S | undefined }>;
  readonly #step: (() => S) | undefined;

  constructor(tags: ReadonlyMap<Hookable, string>, step: (() => S) | undefined) {
    this.#modules = new Map([...tags].map(([module, tag]) => [module, { tag, next: 0, step: undefined }]));
    this.#step = step;
  }

  /** Call it once for each call of the module, recorded or not. @throws what the step function throws */
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

/**
 * Visits the tensors of outputs to record them. Skips outputs without tensors, and parts that cannot be read beside parts
 * that can, and reports that once for each module; null and undefined are skipped silently.
 */
export class OutputTensors extends TensorVisitor {
  static override readonly className: string = 'OutputTensors';
  readonly #unreadable: WeakSet<ModuleLike> = new WeakSet();

  /**
   * Visits the values of the tensors that have values.
   * @param name the name of the module; a tensor inside its output gets a name below it, `lstm/0`
   * @returns a promise if values have to be awaited; it rejects if reading or `visit` fails
   * @throws TypeError for an output whose values are not numbers, see {@link readNumbers}; and as {@link each}
   */
  eachValues(
    event: ReadingEvent,
    name: string,
    visit: (name: string, values: Numbers) => void,
  ): Promise<unknown> | undefined {
    const { reader } = event;
    let waiting: PromiseLike<unknown>[] | undefined;
    this.each(event, (tensor, place) => {
      const at = name + place;
      const refused = (error: unknown) => {
        if (place === '') throw error;
        this.passOver(this.#unreadable, event, `the part ${place} of the output`, describeError(error));
      };
      const take = (values: unknown) => {
        if (values === undefined) return;
        let numbers: Numbers;
        try {
          numbers = readNumbers(this.where, at, values, tensor);
        } catch (error) {
          return refused(error);
        }
        visit(at, numbers);
      };
      let values: unknown;
      try {
        values = reader!.values(tensor);
      } catch (error) {
        return refused(error);
      }
      if (!isThenable(values)) {
        take(values);
        return;
      }
      const taken = values.then(take, refused);
      // Nothing awaits it if another tensor fails first.
      absorb(taken);
      waiting ??= [];
      waiting.push(taken);
    });
    return waiting && Promise.all(waiting);
  }
}
