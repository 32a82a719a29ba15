// Random graphs with random modules, edits, hooks, pre-hooks and observers, in branches too: compiled, declared and cut, they
// give what they give in JavaScript, every hook sees the values at its place, and explain() says what happens.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, type OnnxModel } from '../../../adapters/onnx/index.ts';
import { numbersOf } from './load.ts';
import { fileOf, generator, type Node, randomGraph, roundHalf } from './random-graph.ts';
import {
  after,
  evaluate,
  inOrder,
  isInside,
  type Place,
  placesOf,
  type Registered,
  randomModules,
  register,
  vector,
} from './random-hooks.ts';

/** A runtime that counts its sessions and their runs. */
function counted(): { runtime: typeof ort; counts: { open: number; runs: number } } {
  const counts = { open: 0, runs: 0 };
  const create = async (...given: [Uint8Array]) => {
    const session = await ort.InferenceSession.create(...given);
    counts.open++;
    const { run, release } = session;
    return Object.assign(session, {
      run: (...feeds: Parameters<typeof run>) => {
        counts.runs++;
        return run.apply(session, feeds);
      },
      release: () => {
        counts.open--;
        return release.call(session);
      },
    });
  };
  return { runtime: { InferenceSession: { create } } as unknown as typeof ort, counts };
}

/** @param tolerance relative to the largest value; 0: equal */
function assertSame(came: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  if (tolerance === 0) {
    assert.equal(came, expected, what);
    return;
  }
  assert.is(came.length, expected.length, what);
  const scale = Math.max(...expected.map(Math.abs).filter(Number.isFinite), 1);
  for (const [i, value] of expected.entries()) {
    const isNear = Object.is(came[i], value) || came[i] === value || Math.abs(came[i]! - value) <= tolerance * scale;
    assert.ok(isNear, `${what}: ${came[i]} for ${value}`);
  }
}

/** How many runs of a model had to compute something again, by the hook points that are registered now. */
function rerunsOf(net: OnnxModel<ort.Tensor>): number {
  const counts = new Map(
    explain(net).registrations.map(({ path, kind, reruns }) => [`${kind === 'forward-pre'} ${path}`, reruns]),
  );
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

interface Counts extends Record<string, number> {}

/** One graph, with three sets of registrations, each of which runs three times: the third run takes the other branches. */
async function check(seed: number, isHalf: boolean, counts: Counts): Promise<void> {
  const random = generator(seed * 104729);
  // The runtime computes float16 in float32, and may skip a rounding between nodes. So numbers have few digits there, and runs
  // that round any are left out.
  let isRounded = false;
  const roundHalfSeen = (value: number) => {
    const rounded = roundHalf(value);
    isRounded ||= rounded !== value;
    return rounded;
  };
  const round = isHalf ? roundHalfSeen : Math.fround;
  const { nodes, outputs } = randomGraph(random, round, isHalf ? 12 : 40);
  const modules = randomModules(random, 0, nodes.length - 1);
  const moduleOf = (index: number) =>
    modules.filter(([, first, last]) => index >= first && index <= last).at(-1)?.[0] ?? '';
  const nameOf = (node: Node) =>
    `/${[...moduleOf(nodes.indexOf(node)).split('.').filter(Boolean), `n${node.outputs[0]}`].join('/')}`;
  const { runtime, counts: real } = counted();
  const net = await createOnnx<ort.Tensor>(runtime, fileOf(nodes, outputs, nameOf, isHalf ? 10 : 1));
  const places = placesOf(nodes, outputs, modules, moduleOf);
  for (const { path, values } of places) assert.is(net.getSubmodule(path).path, path, `${seed}: ${values}`);

  for (let set = 0; set < 3; set++) {
    const x = Array.from({ length: 8 }, () => (isHalf ? random(9) / 4 - 1 : Math.fround(random(2001) / 1000 - 1)));
    const first = random(2);
    const registered = new Map<Place, Registered[]>();
    const plain = evaluate(nodes, [], new Map(), x, first, round).raw;
    const sizeOf = ({ values: [value] }: Place) =>
      plain.get(value!)?.length ?? plain.get(value!.split('_')[0]!)!.length;
    const handles = Array.from({ length: 1 + random(8) }, () => {
      const place = places[random(places.length)]!;
      const all = registered.get(place) ?? [];
      registered.set(place, all);
      return register(net, place, all, random, sizeOf(place), isHalf, round);
    });
    const all = [...registered.values()].flat();
    const hasBlend = all.some((one) => one.kind === 'edit' && 'blend' in one.edit);
    let runs = 0;
    // In the first run hooks may turn out to replace something; the second one is cut there.
    for (const time of ['first', 'second', 'other'] as const) {
      const c = time === 'other' ? 1 - first : first;
      const what = `${seed}${isHalf ? ' in float16' : ''}/${set}, ${time} run`;
      isRounded = false;
      const { raw, read } = evaluate(nodes, places, registered, x, c, round);
      const expected = new Map(outputs.map((name) => [name, read(name, -1)]));
      if (isRounded) break;
      // A blend is three nodes, each of which rounds.
      const tolerance = hasBlend ? 1e-6 : 0;
      for (const one of all) if (one.kind !== 'edit') one.seen.length = 0;
      const reruns = rerunsOf(net);
      real.runs = 0;
      const result = await net({ x: vector(x, isHalf), c: new ort.Tensor('bool', Uint8Array.of(c), []) });
      const again = rerunsOf(net) - reruns;
      if (time === 'first') counts.reruns! += again;
      else if (time === 'second') assert.is(again, 0, `${what} had to compute something again`);
      assert.ok(real.runs > again, `${what}: ${real.runs} runs of sessions, ${again} of them again`);
      if (time === 'first') runs = real.runs;
      else if (time === 'second')
        assert.ok(real.runs <= runs, `${what}: ${real.runs} runs of sessions, ${runs} before`);
      for (const [name, values] of expected)
        assertSame(numbersOf(result[name]!), values, tolerance, `${what}: ${name}`);
      for (const [place, own] of registered) {
        const fires = place.branch === undefined || place.branch === c;
        for (const one of own) {
          if (one.kind === 'edit') continue;
          assert.is(one.seen.length, Number(fires), `${what}: ${place.path} fired ${one.seen.length} times`);
        }
        if (!fires) continue;
        const before = place.values.map((value) => {
          const inner = places.filter(
            (other) => other.values.includes(value) && other !== place && isInside(other, place),
          );
          return after(
            raw.get(value)!,
            inner.flatMap((other) => inOrder(registered.get(other))),
            round,
          );
        });
        const order = inOrder(own);
        for (const [i, one] of order.entries()) {
          if (one.kind === 'edit' || one.kind === 'pre') continue;
          const seen = before.flatMap((values) =>
            after(values, one.kind === 'observer' ? order : order.slice(0, i), round),
          );
          assertSame(one.seen[0]!, seen, tolerance, `${what}: ${one.kind} of ${place.path}`);
        }
      }
      const { registrations, sessions } = explain(net);
      // Superseded sessions are released behind the run.
      for (let turn = 0; turn < 100 && real.open !== sessions; turn++)
        await new Promise((resolve) => setTimeout(resolve));
      assert.is(real.open, sessions, `${what}: open sessions`);
      const cut = new Set(registrations.flatMap(({ way, path, kind }) => (way === 'cut' ? `${kind} ${path}` : [])));
      // Behind each cut one run, and one more for each If that has functions in a branch.
      const most = 1 + 2 * cut.size;
      if (again === 0 && time !== 'first')
        assert.ok(real.runs <= most, `${what}: ${real.runs} runs for ${cut.size} cuts`);
      if (cut.size === 0) assert.is(real.runs, 1, `${what}: nothing is cut`);
    }
    if (!isRounded) counts.complete!++;
    for (const { way } of explain(net).registrations) counts[way]!++;
    for (const [place, own] of registered) {
      const kinds = new Set(own.map(({ kind }) => kind));
      if (kinds.has('hook') && kinds.has('edit')) counts.mixed!++;
      const isNested = (other: Place) =>
        other !== place && other.values.some((value) => place.values.includes(value)) && isInside(other, place);
      if ([...registered.keys()].some(isNested)) counts.nested!++;
      if (place.branch !== undefined && (kinds.has('hook') || kinds.has('pre'))) counts.inBranch!++;
      if (place.values.length > 1 && own.some((one) => one.kind === 'hook' && one.change !== undefined))
        counts.multi!++;
    }
    for (const handle of handles) handle.remove();
  }
  await net.release();
  assert.is(real.open, 0, `${seed}: sessions are left`);
}

const none = (): Counts => ({
  ...{ complete: 0, compile: 0, read: 0, declare: 0, cut: 0 },
  ...{ mixed: 0, nested: 0, reruns: 0, inBranch: 0, multi: 0 },
});

for (const [type, graphs, least] of [
  [
    'float32',
    50,
    { complete: 140, compile: 200, declare: 80, cut: 100, mixed: 5, nested: 20, reruns: 80, inBranch: 15, multi: 5 },
  ],
  [
    'float16',
    25,
    { complete: 60, compile: 40, declare: 20, cut: 25, mixed: 2, nested: 5, reruns: 15, inBranch: 3, multi: 2 },
  ],
] as const) {
  test(`${type}: edits, hooks, pre-hooks and observers at random places give what they give in JavaScript`, async () => {
    const counts = none();
    for (let seed = 1; seed <= graphs; seed++) await check(seed, type === 'float16', counts);
    for (const [what, count] of Object.entries(least)) {
      assert.ok(counts[what]! > count, `${what}: ${JSON.stringify(counts)}`);
    }
  });
}

test.run();
