/**
 * @file The versions of a value that hooks change, and their names. Several modules may end at one value; inner ones come first:
 *
 *     node → raw v → edits and hooks of the node → v after the node → those of the module around it → v → the rest of the graph
 *
 * The last version has the value's own name, so that no node that reads it changes.
 */
import type { RegisteredEdit } from '../../src/adapter.ts';
import type { Region } from './graph.ts';
import type { Call } from './module-calls.ts';

/** A call that ends at a value. */
export interface EndingCall {
  readonly path: string;
  /** Unique in the model. */
  readonly id: string;
  readonly call: Call;
  /** The edits of its node or module that the graph computes. */
  readonly compiled: readonly RegisteredEdit[];
  /** Whether the value is taken out of the graph here, and another one is put back. */
  readonly isCut: boolean;
}

/** The calls that end at a value, inner ones first. */
export interface Ends {
  readonly region: Region;
  readonly value: string;
  readonly calls: readonly EndingCall[];
}

const isChanged = ({ compiled, isCut }: EndingCall): boolean => isCut || compiled.length > 0;

export class ValueVersions {
  /** The values that change. */
  readonly ends: readonly Ends[];
  readonly #prefix: string;
  readonly #names = new Map<Call, Map<string, readonly string[]>>();
  readonly #renamed = new Map<Region, Map<string, string>>();
  /** By names of versions: the value, and a name that is the same whatever is cut. */
  readonly #values = new Map<string, string>();
  readonly #canonical = new Map<string, string>();
  readonly #byCanonical = new Map<string, string>();

  /** @param prefix no name in the model begins with it */
  constructor(prefix: string, ends: readonly Ends[]) {
    this.#prefix = prefix;
    this.ends = ends.filter(({ calls }) => calls.some(isChanged));
    for (const { region, value, calls } of this.ends) {
      const { at, outputs } = calls[0]!.call;
      const raw = `${prefix}:${region.id}.${at}.${outputs.indexOf(value)}`;
      const last = calls.findLastIndex(isChanged);
      let name = raw;
      const renamed = this.#renamed.get(region) ?? new Map<string, string>();
      this.#renamed.set(region, renamed.set(value, name));
      if (region.around === undefined) this.#add(name, value, value);
      for (const [i, end] of calls.entries()) {
        const canonical = `${raw}.${i}`;
        const names = [name];
        if (isChanged(end)) {
          for (let edit = 1; edit < end.compiled.length; edit++) names.push(`${canonical}.${edit}`);
          name = i === last ? value : canonical;
          names.push(name);
          if (region.around === undefined) this.#add(name, value, canonical);
        }
        const byValue = this.#names.get(end.call) ?? new Map<string, readonly string[]>();
        this.#names.set(end.call, byValue.set(value, names));
      }
    }
  }

  #add(name: string, value: string, canonical: string): void {
    this.#values.set(name, value);
    this.#canonical.set(name, canonical);
    this.#byCanonical.set(canonical, name);
  }

  /** The new names of values, for the nodes that compute them. */
  renamed(region: Region): ReadonlyMap<string, string> | undefined {
    return this.#renamed.get(region);
  }

  /** The names of an output of a call: before it, after each of its edits, and after it. */
  of(call: Call, value: string): readonly string[] {
    return this.#names.get(call)?.get(value) ?? [value];
  }

  /** The value that a name is a version of. */
  valueOf(name: string): string {
    return this.#values.get(name) ?? name;
  }

  /** The name that other versions have for a value of these. */
  translate(name: string, others: ValueVersions): string {
    const canonical = this.#canonical.get(name) ?? name;
    return others.#byCanonical.get(canonical) ?? canonical;
  }

  /** The name of what a pre-hook gives for an input of a call, which the nodes of the call read instead. */
  input(id: string, value: string): string {
    const name = `${this.#prefix}:in:${id}:${value}`;
    this.#values.set(name, value);
    return name;
  }
}
