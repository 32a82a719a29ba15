// Random modules, and random edits, hooks, pre-hooks and observers; and what a graph gives with them, in JavaScript.
import ort from 'onnxruntime-node';
import type { OnnxModel } from '../../../adapters/onnx/index.ts';
import { tensorReader } from '../../../adapters/onnx/ort.ts';
import { type Edit, registerEdit } from '../../../src/adapter.ts';
import { Module, type Tensor, tensor } from '../../../src/index.ts';
import { floats, numbersOf } from './load.ts';
import type { Node } from './random-graph.ts';

export type Random = (below: number) => number;

/** A module or a node, as a range of nodes; or the node of a branch, in its If. */
export interface Place {
  readonly path: string;
  readonly first: number;
  readonly last: number;
  /** One value, or several of a node. */
  readonly values: readonly string[];
  /** Which branch it is in, by the condition. */
  readonly branch: 0 | 1 | undefined;
}

type Change = (values: readonly number[]) => number[];

export type Registered =
  | { readonly kind: 'edit'; readonly edit: Edit; readonly prepend: boolean }
  | {
      readonly kind: 'hook' | 'observer' | 'pre';
      readonly prepend: boolean;
      /** What it was given: the values, or those of all outputs one after the other. */
      readonly seen: number[][];
      /** What a hook makes of its values, or a pre-hook of each input. */
      readonly change: Change | undefined;
    };

export type Registrations = ReadonlyMap<Place, readonly Registered[]>;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Random modules in each other, with the paths of the legacy exporter's names. */
export function randomModules(random: Random, first: number, last: number, above = ''): [string, number, number][] {
  const modules: [string, number, number][] = [];
  const depth = above.split('.').length;
  for (let from = first + random(4); from < last; ) {
    const to = Math.min(last, from + random(12));
    const name = ['m', depth, from % 26, Math.floor(from / 26)]
      .map((part) => (part === 'm' ? part : LETTERS[part as number]))
      .join('');
    const path = above === '' ? name : `${above}.${name}`;
    modules.push([path, from, to]);
    if (depth < 3) modules.push(...randomModules(random, from, to, path));
    from = to + 1 + random(3);
  }
  return modules;
}

/** Nodes, those of branches, and modules that give a value, inner ones first. */
export function placesOf(
  nodes: readonly Node[],
  outputs: readonly string[],
  modules: readonly [string, number, number][],
  moduleOf: (index: number) => string,
): Place[] {
  const places: Place[] = [];
  for (const [index, { outputs: values, branches = [] }] of nodes.entries()) {
    for (const [i, { name }] of branches.entries()) {
      places.push({ path: name, first: index, last: index, values: [name], branch: (1 - i) as 0 | 1 });
    }
    const around = moduleOf(index);
    const path = `${around === '' ? '' : `${around}.`}n${values[0]}`;
    places.push({ path, first: index, last: index, values, branch: undefined });
  }
  for (const [path, first, last] of [...modules].reverse()) {
    const leaving = nodes
      .slice(first, last + 1)
      .reverse()
      .flatMap(
        (node) =>
          node.outputs.find((value) => outputs.includes(value) || isReadOutside(nodes, value, first, last)) ?? [],
      );
    if (leaving[0] !== undefined) places.push({ path, first, last, values: [leaving[0]], branch: undefined });
  }
  return places;
}

const isReadOutside = (nodes: readonly Node[], value: string, first: number, last: number) =>
  nodes.some((node, index) => (index < first || index > last) && node.reads.includes(value));

/** Whether of two places with one value the first is inside the second. */
export const isInside = (one: Place, other: Place): boolean =>
  one.first >= other.first && one.last <= other.last && one.path.startsWith(`${other.path}.`);

const contains = ({ first, last, branch }: Place, index: number) =>
  branch === undefined && index >= first && index <= last;

/** @param isHalf for float16: only numbers that lose no digits there */
function randomEdit(random: Random, size: number, isHalf: boolean): Edit {
  const parts = isHalf ? 4 : 100;
  const number = () => random(4 * parts + 1) / parts - 2;
  const value = () => (random(2) === 0 ? number() : Array.from({ length: size }, number));
  const indices = Array.from({ length: random(size) }, () => random(2 * size) - size);
  const low = number();
  return [
    { add: value() },
    { scale: value() },
    { clamp: [low, low + random(2 * parts) / parts] as const },
    { zero: true as const },
    { replace: value() },
    { keep: indices, axis: random(2) - 1 },
    { ablate: indices, axis: random(2) - 1 },
    { blend: random(parts) / parts, with: value() },
  ][random(8)]!;
}

class Same extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** Values after edits and hooks, in JavaScript. @param round to the element type */
export function after(
  values: readonly number[],
  all: readonly Registered[],
  round: (value: number) => number,
): number[] {
  let now = [...values];
  for (const one of all) {
    if (one.kind === 'hook') now = one.change?.(now) ?? now;
    if (one.kind !== 'edit') continue;
    const module = new Same();
    registerEdit(module, one.edit as Edit<Tensor>);
    now = [...module(tensor(now)).data].map(round);
  }
  return now;
}

/** The registrations of a place in the order in which they run. */
export const inOrder = (all: readonly Registered[] = []): Registered[] => [
  ...all.filter(({ prepend }) => prepend).reverse(),
  ...all.filter(({ prepend }) => !prepend),
];

/** A vector of float16, or of float32. */
export function vector(values: readonly number[], isHalf: boolean): ort.Tensor {
  if (!isHalf) return floats(...values);
  const like = new ort.Tensor('float16', new Uint16Array(values.length), [values.length]);
  return tensorReader.withValues!(like, values) as ort.Tensor;
}

/** Registers something random at a place, and notes it. @param size of its value */
export function register(
  net: OnnxModel<ort.Tensor>,
  { path, values: { length: count } }: Place,
  all: Registered[],
  random: Random,
  size: number,
  isHalf: boolean,
  round: (value: number) => number,
): { remove(): void } {
  const point = net.getSubmodule<ort.Tensor | ort.Tensor[]>(path);
  const prepend = random(3) === 0;
  const kind = random(14);
  if (kind < 6 && count === 1) {
    const edit = randomEdit(random, size, isHalf);
    all.push({ kind: 'edit', edit, prepend });
    return registerEdit(net.getSubmodule(path), edit as Edit<ort.Tensor>, { prepend });
  }
  const seen: number[][] = [];
  const valuesOf = (given: ort.Tensor | ort.Tensor[]) => [given].flat().flatMap(numbersOf);
  if (kind < 8) {
    all.push({ kind: 'observer', prepend: false, seen, change: undefined });
    return point.observe(({ output }) => seen.push(valuesOf(output)));
  }
  const factor = random(9) / 4 - 1;
  const change: Change | undefined =
    random(3) === 0 ? undefined : (values) => values.map((value) => round(value * factor + 0.25));
  const isAsync = random(2) === 0;
  const changed = (one: ort.Tensor) => (one.type === 'bool' ? one : vector(change!(numbersOf(one)), isHalf));
  if (kind < 10) {
    all.push({ kind: 'pre', prepend, seen, change });
    return point.registerForwardPreHook(
      async (_module, inputs) => {
        seen.push([]);
        if (isAsync) await Promise.resolve();
        return change === undefined ? undefined : inputs.map((one) => changed(one!));
      },
      { prepend },
    );
  }
  all.push({ kind: 'hook', prepend, seen, change });
  const hook = (output: ort.Tensor | ort.Tensor[]) => {
    seen.push(valuesOf(output));
    if (change === undefined) return undefined;
    return Array.isArray(output) ? output.map(changed) : changed(output);
  };
  return point.registerForwardHook(
    (_module, _inputs, output) => (isAsync ? Promise.resolve().then(() => hook(output)) : hook(output)),
    { prepend },
  );
}

/**
 * The graph in JavaScript. `read` gives a value as a node reads it: as the places leave it that do not contain the node, and
 * then as the pre-hooks leave it of those that do.
 */
export function evaluate(
  nodes: readonly Node[],
  places: readonly Place[],
  registered: Registrations,
  x: readonly number[],
  c: number,
  round: (value: number) => number,
): { raw: Map<string, number[]>; read(value: string, index: number): number[] } {
  const raw = new Map<string, number[]>([
    ['x', [...x]],
    ['c', [c]],
  ]);
  const producer = new Map(nodes.flatMap(({ outputs }, index) => outputs.map((value) => [value, index])));
  const hasPre = (place: Place) => registered.get(place)?.some(({ kind }) => kind === 'pre') ?? false;
  // Outer ones first.
  const around = places.filter(hasPre).sort((a, b) => a.path.length - b.path.length);
  const given = (values: number[], place: Place) =>
    inOrder(registered.get(place)).reduce(
      (now, one) => (one.kind === 'pre' ? (one.change?.(now) ?? now) : now),
      values,
    );
  const read = (value: string, index: number) => {
    const ends = places.filter((place) => place.values.includes(value) && !contains(place, index));
    let values = after(
      raw.get(value)!,
      ends.flatMap((place) => inOrder(registered.get(place))),
      round,
    );
    if (value === 'c') return values;
    for (const place of around) {
      if (contains(place, index) && !contains(place, producer.get(value) ?? -1)) values = given(values, place);
    }
    return values;
  };
  for (const [index, node] of nodes.entries()) {
    const seen = new Map(node.reads.map((value) => [value, read(value, index)]));
    if (node.branches === undefined) {
      for (const [i, values] of node.compute(seen).entries()) raw.set(node.outputs[i]!, values);
      continue;
    }
    const { name, compute } = node.branches[c === 1 ? 0 : 1];
    const place = places.find(({ path }) => path === name);
    const entering = new Map(
      [...seen].map(([value, numbers]) => [value, place === undefined ? numbers : given(numbers, place)]),
    );
    raw.set(name, compute(entering));
    raw.set(node.outputs[0]!, after(raw.get(name)!, place === undefined ? [] : inOrder(registered.get(place)), round));
  }
  return { raw, read };
}
