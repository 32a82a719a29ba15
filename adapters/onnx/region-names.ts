/** @file Where the values of the main graph, and of those inside it, are found after a run. */
import type { BodyOutputs } from './body-outputs.ts';
import type { Graph, Region } from './graph.ts';
import { ValueNames } from './value-names.ts';

export class RegionNames {
  readonly #main: ValueNames;
  readonly #bodyOutputs: BodyOutputs;
  readonly #fetch: (value: string) => void;
  readonly #graphOf: (region: Region) => Graph;
  readonly #bodies = new Map<Region, ValueNames>();
  readonly #defined = new Map<Region, Set<string>>();

  /**
   * @param fetch is called with each value of the main graph that is needed
   * @param graphOf the graph of a region, with edited values renamed
   */
  constructor(
    main: ValueNames,
    bodyOutputs: BodyOutputs,
    fetch: (value: string) => void,
    graphOf: (region: Region) => Graph,
  ) {
    this.#main = main;
    this.#bodyOutputs = bodyOutputs;
    this.#fetch = fetch;
    this.#graphOf = graphOf;
  }

  /** The value that is read for another. */
  source(region: Region, value: string): string {
    return this.#namesIn(region).source(value);
  }

  /** Whether every run gives or takes a value of the main graph. */
  isKnown(value: string): boolean {
    return this.#main.isKnown(value);
  }

  /**
   * Has the session give a value.
   * @param typedBy a value of the same type that is in the file
   * @returns the name of the output
   */
  need(region: Region, value: string, typedBy: string = value): string {
    const source = this.source(region, value);
    const home = this.#home(region, source);
    if (home.around !== undefined) return this.#bodyOutputs.add(home, source, source === value ? typedBy : source);
    this.#fetch(this.#main.source(source));
    return this.#main.output(source);
  }

  /** A value, if it is known. @param values after a run, by the names of outputs */
  read<T>(region: Region, value: string, values: ReadonlyMap<string, T>): T | undefined {
    const source = this.source(region, value);
    const home = this.#home(region, source);
    if (home.around === undefined) return values.get(value) ?? values.get(this.#main.output(source));
    return values.get(this.#bodyOutputs.output(home, source) ?? '');
  }

  #namesIn(region: Region): ValueNames {
    if (region.around === undefined) return this.#main;
    let names = this.#bodies.get(region);
    if (names === undefined) {
      names = new ValueNames(this.#graphOf(region));
      this.#bodies.set(region, names);
    }
    return names;
  }

  /** The region that computes a value, or has it as input or weight. */
  #home(region: Region, value: string): Region {
    for (let one: Region | undefined = region; one !== undefined; one = one.around?.region) {
      if (this.#definedIn(one).has(value)) return one;
    }
    return region;
  }

  #definedIn(region: Region): Set<string> {
    let defined = this.#defined.get(region);
    if (defined === undefined) {
      const { nodes, inputs, weights } = this.#graphOf(region);
      defined = new Set([...inputs.keys(), ...weights.keys(), ...nodes.flatMap(({ outputs }) => outputs)]);
      this.#defined.set(region, defined);
    }
    return defined;
  }
}
