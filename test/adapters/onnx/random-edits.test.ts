// Random graphs with random modules, edits, hooks, pre-hooks and observers: compiled, declared and cut, they give what they give
// in JavaScript, and every hook sees the values at its place.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, type OnnxModel } from '../../../adapters/onnx/index.ts';
import { type Edit, registerEdit } from '../../../src/adapter.ts';
import { Module, type Tensor, tensor } from '../../../src/index.ts';
import { floats } from './load.ts';
import { fileOf, generator, type Node, randomGraph } from './random-graph.ts';

/** A module, or a node, as a range of nodes. */
interface Place {
  readonly path: string;
  readonly first: number;
  readonly last: number;
  /** Its value. */
  readonly value: string;
}

type Change = (values: readonly number[]) => number[];

type Registered =
  | { readonly kind: 'edit'; readonly edit: Edit; readonly prepend: boolean }
  | {
      readonly kind: 'hook' | 'observer' | 'pre';
      readonly prepend: boolean;
      readonly seen: number[][];
      /** What a hook makes of its value, or a pre-hook of each input. */
      readonly change: Change | undefined;
    };

class Same extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Random modules in each other, with the paths of the legacy exporter's names. */
function randomModules(
  random: (below: number) => number,
  first: number,
  last: number,
  above: string,
): [string, number, number][] {
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

const contains = ({ first, last }: Place, index: number) => index >= first && index <= last;

function randomEdit(random: (below: number) => number, size: number): Edit {
  const number = () => random(401) / 100 - 2;
  const value = () => (random(2) === 0 ? number() : Array.from({ length: size }, number));
  const indices = Array.from({ length: random(size) }, () => random(2 * size) - size);
  const low = number();
  return [
    { add: value() },
    { scale: value() },
    { clamp: [low, low + random(200) / 100] as const },
    { zero: true as const },
    { replace: value() },
    { keep: indices, axis: random(2) - 1 },
    { ablate: indices, axis: random(2) - 1 },
    { blend: random(100) / 100, with: value() },
  ][random(8)]!;
}

/** A value after edits and hooks, in JavaScript. */
function after(values: readonly number[], all: readonly Registered[]): number[] {
  let now = [...values];
  for (const one of all) {
    if (one.kind === 'hook') now = one.change?.(now) ?? now;
    if (one.kind !== 'edit') continue;
    const module = new Same();
    registerEdit(module, one.edit as Edit<Tensor>);
    now = [...module(tensor(now)).data];
  }
  return now;
}

/** The registrations of a place in the order in which they run. */
const inOrder = (all: readonly Registered[]) => [
  ...all.filter(({ prepend }) => prepend).reverse(),
  ...all.filter(({ prepend }) => !prepend),
];

function assertSame(came: readonly number[], expected: readonly number[], isExact: boolean, what: string): void {
  if (isExact) {
    assert.equal(came, expected, what);
    return;
  }
  const scale = Math.max(...expected.map(Math.abs).filter(Number.isFinite), 1);
  for (const [i, value] of expected.entries()) {
    const isNear = Object.is(came[i], value) || came[i] === value || Math.abs(came[i]! - value) <= 1e-5 * scale;
    assert.ok(isNear, `${what}: ${came[i]} for ${value}`);
  }
}

test('edits, hooks, pre-hooks and observers at random places give what they give in JavaScript', async () => {
  const counts = { compile: 0, read: 0, declare: 0, cut: 0, mixed: 0, nested: 0, reruns: 0 };
  for (let seed = 1; seed <= 120; seed++) {
    const random = generator(seed * 104729);
    const { nodes, outputs } = randomGraph(random);
    const modules = randomModules(random, 0, nodes.length - 1, '');
    const moduleOf = (index: number) =>
      modules.filter(([, first, last]) => index >= first && index <= last).at(-1)?.[0] ?? '';
    const nameOf = (node: Node) =>
      `/${[...moduleOf(nodes.indexOf(node)).split('.').filter(Boolean), `n${node.outputs[0]}`].join('/')}`;
    const net = await createOnnx(ort, fileOf(nodes, outputs, nameOf));
    const places = placesOf(nodes, outputs, modules, moduleOf);
    for (const { path, value } of places) assert.is(net.getSubmodule(path).path, path, `${seed}: ${value}`);

    for (let round = 0; round < 3; round++) {
      const x = Array.from({ length: 8 }, () => Math.fround(random(2001) / 1000 - 1));
      const c = random(2);
      const registered = new Map<Place, Registered[]>();
      const sizes = sizesOf(nodes, x, c);
      const handles = Array.from({ length: 1 + random(8) }, () => {
        const place = places[random(places.length)]!;
        const all = registered.get(place) ?? [];
        registered.set(place, all);
        return register(net, place, all, random, sizes.get(place.value)!);
      });
      const isExact = ![...registered.values()].flat().some((one) => one.kind === 'edit' && 'blend' in one.edit);
      const { raw, read } = evaluate(nodes, places, registered, x, c);
      // In the first run hooks may turn out to replace something; the second one is cut there.
      for (const time of ['first', 'second']) {
        const what = `${seed}/${round}, ${time} run`;
        for (const one of [...registered.values()].flat()) if (one.kind !== 'edit') one.seen.length = 0;
        const reruns = rerunsOf(net);
        const result = await net({ x: floats(...x), c: new ort.Tensor('bool', Uint8Array.of(c), []) });
        if (time === 'second') assert.is(rerunsOf(net), reruns, `${what} had to compute something again`);
        else counts.reruns += rerunsOf(net) - reruns;
        for (const name of outputs)
          assertSame([...(result[name]!.data as Float32Array)], read(name, -1), isExact, `${what}: ${name}`);
        for (const [place, all] of registered) {
          const inner = places.filter(
            (other) => other.value === place.value && other !== place && isInside(other, place),
          );
          const before = after(
            raw.get(place.value)!,
            inner.flatMap((other) => inOrder(registered.get(other) ?? [])),
          );
          const order = inOrder(all);
          for (const [i, one] of order.entries()) {
            if (one.kind === 'edit') continue;
            assert.is(one.seen.length, 1, `${what}: ${place.path} fired ${one.seen.length} times`);
            if (one.kind === 'pre') continue;
            const seen = after(before, one.kind === 'observer' ? order : order.slice(0, i));
            assertSame(one.seen[0]!, seen, isExact, `${what}: ${one.kind} of ${place.path}`);
          }
        }
      }
      for (const { way } of explain(net).registrations) counts[way]++;
      for (const [place, all] of registered) {
        if (all.some(({ kind }) => kind === 'hook') && all.some(({ kind }) => kind === 'edit')) counts.mixed++;
        const isNested = (other: Place) => other !== place && other.value === place.value && isInside(other, place);
        if ([...registered.keys()].some(isNested)) counts.nested++;
      }
      for (const handle of handles) handle.remove();
    }
    await net.release();
  }
  assert.ok(
    counts.compile > 300 && counts.declare > 200 && counts.cut > 200 && counts.mixed > 30 && counts.nested > 30,
    JSON.stringify(counts),
  );
  assert.ok(counts.reruns > 100, JSON.stringify(counts));
});

/** How many runs of a model had to compute something again, by the hook points that are registered now. */
function rerunsOf(net: OnnxModel<ort.Tensor>): number {
  const counts = new Map(
    explain(net).registrations.map(({ path, kind, reruns }) => [`${kind === 'forward-pre'} ${path}`, reruns]),
  );
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Whether of two places with one value the first is inside the second. */
function isInside(one: Place, other: Place): boolean {
  return one.first >= other.first && one.last <= other.last && one.path.startsWith(`${other.path}.`);
}

/** Nodes with one output, and modules that give a value, inner ones first. */
function placesOf(
  nodes: readonly Node[],
  outputs: readonly string[],
  modules: readonly [string, number, number][],
  moduleOf: (index: number) => string,
): Place[] {
  const places: Place[] = [];
  for (const [index, node] of nodes.entries()) {
    if (node.outputs.length > 1) continue;
    const [value] = node.outputs as [string];
    const around = moduleOf(index);
    places.push({ path: `${around === '' ? '' : `${around}.`}n${value}`, first: index, last: index, value });
  }
  for (const [path, first, last] of [...modules].reverse()) {
    const leaving = nodes
      .slice(first, last + 1)
      .reverse()
      .flatMap(
        (node) =>
          node.outputs.find((value) => outputs.includes(value) || isReadOutside(nodes, value, first, last)) ?? [],
      );
    if (leaving[0] !== undefined) places.push({ path, first, last, value: leaving[0] });
  }
  return places;
}

const isReadOutside = (nodes: readonly Node[], value: string, first: number, last: number) =>
  nodes.some((node, index) => (index < first || index > last) && node.reads.includes(value));

function sizesOf(nodes: readonly Node[], x: readonly number[], c: number): Map<string, number> {
  const { raw } = evaluate(nodes, [], new Map(), x, c);
  return new Map([...raw].map(([name, values]) => [name, values.length]));
}

function register(
  net: OnnxModel<ort.Tensor>,
  { path }: Place,
  all: Registered[],
  random: (below: number) => number,
  size: number,
): { remove(): void } {
  const point = net.getSubmodule(path);
  const prepend = random(3) === 0;
  const kind = random(14);
  if (kind < 6) {
    const edit = randomEdit(random, size);
    all.push({ kind: 'edit', edit, prepend });
    return registerEdit(point, edit as Edit<ort.Tensor>, { prepend });
  }
  const seen: number[][] = [];
  const valuesOf = (one: ort.Tensor) => [...(one.data as Float32Array)];
  if (kind < 8) {
    all.push({ kind: 'observer', prepend: false, seen, change: undefined });
    return point.observe(({ output }) => seen.push(valuesOf(output)));
  }
  const factor = random(9) / 4 - 1;
  const change =
    random(3) === 0 ? undefined : (values: readonly number[]) => values.map((v) => Math.fround(v * factor + 0.25));
  const isAsync = random(2) === 0;
  if (kind < 10) {
    all.push({ kind: 'pre', prepend, seen, change });
    return point.registerForwardPreHook(
      async (_module, inputs) => {
        seen.push([]);
        if (isAsync) await Promise.resolve();
        if (change === undefined) return undefined;
        return inputs.map((one) => (one!.type === 'float32' ? floats(...change(valuesOf(one!))) : one!));
      },
      { prepend },
    );
  }
  all.push({ kind: 'hook', prepend, seen, change });
  const hook = (output: ort.Tensor) => {
    seen.push(valuesOf(output));
    return change && floats(...change(valuesOf(output)));
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
function evaluate(
  nodes: readonly Node[],
  places: readonly Place[],
  registered: ReadonlyMap<Place, readonly Registered[]>,
  x: readonly number[],
  c: number,
): { raw: Map<string, number[]>; read(value: string, index: number): number[] } {
  const raw = new Map<string, number[]>([
    ['x', [...x]],
    ['c', [c]],
  ]);
  const producer = new Map(nodes.flatMap(({ outputs }, index) => outputs.map((value) => [value, index])));
  const around = places
    .filter((place) => registered.get(place)?.some(({ kind }) => kind === 'pre'))
    // Outer ones first.
    .sort((a, b) => a.path.length - b.path.length);
  const read = (value: string, index: number) => {
    const ends = places.filter((place) => place.value === value && !contains(place, index));
    let values = after(
      raw.get(value)!,
      ends.flatMap((place) => inOrder(registered.get(place) ?? [])),
    );
    if (value === 'c') return values;
    for (const place of around) {
      if (!contains(place, index) || contains(place, producer.get(value) ?? -1)) continue;
      for (const one of inOrder(registered.get(place)!))
        if (one.kind === 'pre') values = one.change?.(values) ?? values;
    }
    return values;
  };
  for (const [index, node] of nodes.entries()) {
    const seen = new Map(node.reads.map((value) => [value, read(value, index)]));
    for (const [i, values] of node.compute(seen).entries()) raw.set(node.outputs[i]!, values);
  }
  return { raw, read };
}

test.run();
