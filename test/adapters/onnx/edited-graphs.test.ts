// Random graphs, in float32 and float16, with If, Loop and Scan, with up to 40 nodes in a row and several outputs: compiled edits
// give what the same graph gives when it is edited by Python's onnx, and observers see what NumPy computes, in each iteration.
import ort from 'onnxruntime-node';
import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, type OnnxHookPoint, OnnxNode } from '../../../adapters/onnx/index.ts';
import { type Edit, registerEdit } from '../../../src/adapter.ts';
import { listHooks } from '../../../src/index.ts';
import { fixtureJson } from '../../fixtures/fixture.ts';
import { largestDifference, numbersOf, tensorOf } from './load.ts';

/** Written by test/fixtures/make/onnx_edited.py. */
interface Case {
  /** In base64. */
  readonly model: string;
  readonly type: 'float32' | 'float16';
  readonly x: number[];
  readonly yes: boolean;
  readonly edits: readonly (readonly [path: string, edit: Edit])[];
  readonly outputs: readonly number[][];
  /** What each node gave, in each iteration: the numbers of all its outputs. */
  readonly seen: Readonly<Record<string, number[][]>>;
}

const cases = fixtureJson<Case[]>('onnx/edited.json');
/** In float16 a unit in the last place of the largest number: the runtime computes in float32, and may skip a rounding between nodes. */
const toleranceOf = ({ type }: Case) => (type === 'float16' ? 2 ** -10 : 1e-6);

async function open({ model, type, x, yes }: Case) {
  const bytes = Uint8Array.from(atob(model), (character) => character.charCodeAt(0));
  const net = await createOnnx(ort, bytes);
  const feeds = {
    x: tensorOf({ type, dims: [x.length], values: x }),
    yes: new ort.Tensor('bool', Uint8Array.of(Number(yes)), []),
  };
  return { net, run: async () => Object.values(await net(feeds)) };
}

function assertOutputs(came: readonly ort.Tensor[], one: Case, what: string): void {
  assert.is(came.length, one.outputs.length, what);
  for (const [i, values] of one.outputs.entries()) {
    const apart = largestDifference(numbersOf(came[i]!), values);
    assert.ok(apart < toleranceOf(one), `${what}, output ${i}: ${apart}`);
  }
}

test('compiled edits lead to the outputs of the graph that Python edited', async () => {
  for (const [i, one] of cases.entries()) {
    const { net, run } = await open(one);
    for (const [path, edit] of one.edits) registerEdit(net.getSubmodule(path), edit as Edit<ort.Tensor>);
    for (const { way } of explain(net).registrations) assert.is(way, 'compile');
    assertOutputs(await run(), one, `case ${i}`);
    await net.release();
  }
});

test('the same edits, run in JavaScript where the graph is cut, lead to the same outputs', async () => {
  const ways = { compile: 0, cut: 0 };
  for (const [i, one] of cases.entries()) {
    const { net, run } = await open(one);
    for (const [path, edit] of one.edits) {
      const point = net.getSubmodule(path);
      registerEdit(point, edit as Edit<ort.Tensor>);
      try {
        // Beside a function that may replace the value, edits run in JavaScript.
        point.transform(map((output) => output));
      } catch (error) {
        assert.match((error as Error).message, /takes no hook: it is inside the (Loop|Scan|If) .* calls no functions/);
      }
    }
    for (const { kind, way } of explain(net).registrations) if (kind === 'edit') ways[way as 'cut']++;
    for (const time of ['first', 'second']) assertOutputs(await run(), one, `case ${i}, ${time} run`);
    await net.release();
  }
  assert.ok(ways.cut > 120 && ways.compile > 25, JSON.stringify(ways));
});

test('observers see each iteration, behind the edits; each edit counts as its observer does', async () => {
  let refused = 0;
  let events = 0;
  for (const [i, one] of cases.entries()) {
    const { net, run } = await open(one);
    const seen = new Map<string, number[][]>();
    for (const [path, edit] of one.edits) registerEdit(net.getSubmodule(path), edit as Edit<ort.Tensor>);
    for (const [path, module] of net.namedModules()) {
      if (!(module instanceof OnnxNode) || !(path in one.seen)) continue;
      try {
        const point = module as OnnxHookPoint<ort.Tensor, ort.Tensor | ort.Tensor[]>;
        point.observe(({ output }) => seen.get(path)!.push([output].flat().flatMap(numbersOf)));
        seen.set(path, []);
      } catch (error) {
        refused++;
        assert.throws(
          () => (module as OnnxHookPoint<ort.Tensor>).registerForwardHook(() => {}),
          /takes no hook: it is inside the If .*where the runtime calls no functions: register an edit there, or hook the node around it/,
        );
        assert.match(
          (error as Error).message,
          /takes no observer: it is inside the If .*which runs in some iterations alone/,
        );
      }
    }
    assertOutputs(await run(), one, `case ${i}`);
    for (const [path, calls] of seen) {
      const expected = one.seen[path]!;
      assert.is(calls.length, expected.length, `case ${i}: ${path}`);
      for (const [k, numbers] of calls.entries()) {
        events++;
        const apart = largestDifference(numbers, expected[k]!);
        assert.ok(apart < toleranceOf(one), `case ${i}: ${path}, ${k}: ${numbers}, not ${expected[k]}`);
      }
    }
    for (const { path, kind, calls } of listHooks(net)) {
      if (kind === 'edit' && seen.has(path)) assert.is(calls, one.seen[path]!.length, `case ${i}: ${path}`);
    }
    await net.release();
  }
  assert.ok(refused > 5 && events > 1000, `${refused} ${events}`);
});

test.run();
