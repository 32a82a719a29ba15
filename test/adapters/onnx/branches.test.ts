// Functions inside the branches of Ifs: a run stops at the condition, and goes on with the branch in the place of the If.
import ort from 'onnxruntime-node';
import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, type OnnxModel } from '../../../adapters/onnx/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { fixtureJson } from '../../fixtures/fixture.ts';
import { rejection } from '../../fixtures/rejection.ts';
import { bytesOf, difference, floats, numbersOf, tensorOf, type Written } from './load.ts';

/** Written by test/fixtures/make/onnx_control.py. */
interface ControlRun {
  readonly inputs: readonly Written[];
  /** What forward hooks saw in each call. */
  readonly seen: Readonly<Record<string, Written[]>>;
  readonly output: Written;
  /** With hooks that add 0.5 to what each module gives. */
  readonly edited: Written;
  /** With pre-hooks that halve what each module is given. */
  readonly halved: Written;
}

const changed = (tensor: ort.Tensor, change: (value: number) => number) =>
  new ort.Tensor('float32', Float32Array.from(tensor.data as Float32Array, change), tensor.dims);
const raised = (tensor: ort.Tensor) => changed(tensor, (value) => value + 0.5);

/** The modules, or the nodes that compute their outputs, where the exporter left no modules. */
const EXPORTED = {
  cond: { step: 'node_tanh', other: 'node_tanh_2' },
  nested: { step: 'step', other: 'other', gate: 'gate', 'gate.inner': 'gate.inner' },
} as const;

for (const [name, paths] of Object.entries(EXPORTED)) {
  const runs = fixtureJson<Record<string, ControlRun[]>>('onnx/control/control.json')[name]!;

  test(`${name}: hooks in branches see and replace what PyTorch's hooks do, on one model that takes all branches`, async () => {
    const net = await createOnnx(ort, bytesOf(`control/${name}`));
    const heard: Record<string, ort.Tensor[]> = {};
    const handles = Object.entries(paths).map(([module, path]) => {
      heard[module] = [];
      return net.getSubmodule(path).registerForwardHook((_module, _inputs, output) => {
        heard[module]!.push(output);
      });
    });
    for (const { inputs, seen, output } of runs) {
      for (const module of Object.keys(paths)) heard[module]!.length = 0;
      assert.ok(difference((await net({ x: tensorOf(inputs[0]!) })).y!, output) < 1e-6);
      for (const [module, expected] of Object.entries(seen)) {
        assert.is(heard[module]!.length, expected.length, module);
        for (const [i, tensor] of heard[module]!.entries()) {
          assert.equal(tensor.dims, expected[i]!.dims);
          assert.ok(difference(tensor, expected[i]!) < 1e-6, `${module}, call ${i}`);
        }
      }
    }
    for (const handle of handles) handle.remove();

    for (const path of Object.values(paths)) {
      net.getSubmodule(path).registerForwardHook(async (_module, _inputs, output) => raised(output));
    }
    // In the first runs hooks turn out to replace something; later ones are cut there.
    for (const _time of ['first', 'second']) {
      for (const { inputs, edited } of runs) {
        assert.ok(difference((await net({ x: tensorOf(inputs[0]!) })).y!, edited) < 1e-6);
      }
    }
    for (const { way } of explain(net).registrations) assert.is(way, 'cut');
    await net.release();
  });
}

test("pre-hooks in branches, and on a module with an If inside, lead to PyTorch's outputs", async () => {
  const net = await createOnnx(ort, bytesOf('control/nested'));
  for (const path of ['step', 'other', 'gate', 'gate.inner']) {
    net
      .getSubmodule(path)
      .registerForwardPreHook(async (_module, [x]) => changed(x as ort.Tensor, (value) => value / 2));
  }
  for (const _time of ['first', 'second']) {
    for (const { inputs, halved } of fixtureJson<Record<string, ControlRun[]>>('onnx/control/control.json').nested!) {
      assert.ok(difference((await net({ x: tensorOf(inputs[0]!) })).y!, halved) < 1e-6);
    }
  }
  await net.release();
});

test('a hook in a branch and an edit in a Loop', async () => {
  for (const { inputs, edited } of fixtureJson<Record<string, ControlRun[]>>('onnx/control/control.json').scripted!) {
    const net = await createOnnx(ort, bytesOf('control/scripted'));
    const steps: ort.Tensor[] = [];
    net.getSubmodule('other').registerForwardHook((_module, _inputs, output) => raised(output));
    registerEdit(net.getSubmodule('step'), { add: 0.5 });
    net.getSubmodule('step').observe(({ output }) => steps.push(output));
    const feeds = { x: tensorOf(inputs[0]!), times: tensorOf(inputs[1]!) };
    for (const _time of ['first', 'second']) assert.ok(difference((await net(feeds)).y!, edited) < 1e-6);
    assert.is(steps.length, 6);
    await net.release();
  }
});

/** Registers a hook on each path that notes the call and its output; those in `replaced` double it. */
function noteEach(net: OnnxModel<ort.Tensor>, paths: readonly string[], replaced: readonly string[] = []) {
  const seen: [string, number, number[]][] = [];
  for (const path of paths) {
    net.getSubmodule<ort.Tensor | ort.Tensor[]>(path).registerForwardHook((_module, _inputs, output, call) => {
      const [tensor] = [output].flat() as [ort.Tensor];
      seen.push([path, call, numbersOf(tensor)]);
      if (!replaced.includes(path)) return undefined;
      const doubled = changed(tensor, (value) => 2 * value);
      return Array.isArray(output) ? [doubled, ...output.slice(1)] : doubled;
    });
  }
  return seen;
}

test('hooks before, inside, on and behind an If run in order, and calls are counted when they begin', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  const seen = noteEach(net, ['abs', 'in_then', 'in_else', 'choose', 'repeat']);
  await net({ x: floats(1, 2) });
  await net({ x: floats(-1, -2) });
  await net({ x: floats(1, 2) });
  assert.equal(seen, [
    ['abs', 0, [1, 2]],
    ['in_then', 0, [2, 4]],
    ['choose', 0, [2, 4]],
    ['repeat', 0, [8, 10]],
    ['abs', 1, [1, 2]],
    ['in_else', 0, [-1, -2]],
    ['choose', 1, [-1, -2]],
    ['repeat', 1, [5, 4]],
    ['abs', 2, [1, 2]],
    ['in_then', 1, [2, 4]],
    ['choose', 2, [2, 4]],
    ['repeat', 2, [8, 10]],
  ]);
  // One up to the condition, and one for each branch behind it.
  assert.is(explain(net).sessions, 3);
  await net.release();
});

test('replacements before, inside, on and behind an If', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  noteEach(net, ['abs', 'in_then', 'in_else', 'choose', 'repeat'], ['abs', 'in_then', 'in_else', 'choose', 'repeat']);
  for (const _time of ['first', 'second']) {
    // |1| · 2 · 2 · 2 · 2 = 16, three times + 2, · 2
    assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [44, 76]);
    assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [-4, -20]);
  }
  const reruns = Object.fromEntries(explain(net).registrations.map((one) => [one.path, one.reruns]));
  // Only the branch that a run takes is computed, so each hook is found out once.
  assert.equal(reruns, { abs: 1, choose: 1, repeat: 0, in_then: 1, in_else: 1 });
  await net.release();
});

test('edits, observers, transforms and hooks in the same branch', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  const seen: number[][] = [];
  const point = net.getSubmodule('in_else');
  const edit = registerEdit(point, { add: 10 });
  point.transform(map((output) => changed(output, (value) => value * 2)));
  point.observe(({ output }) => seen.push(numbersOf(output)));
  const then = registerEdit(net.getSubmodule('in_then'), { add: 1 });
  assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [24, 22]);
  assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [9, 11]);
  edit.set(0);
  then.set(0);
  assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [4, 2]);
  assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [8, 10]);
  assert.equal(seen, [
    [18, 16],
    [-2, -4],
  ]);
  assert.equal(
    explain(net).registrations.map(({ path, kind, way }) => [path, kind, way]),
    [
      ['in_else', 'edit', 'cut'],
      ['in_else', 'transform', 'cut'],
      ['in_else', 'observer', 'declare'],
      ['in_then', 'edit', 'compile'],
    ],
  );
  assert.match(explain(net).registrations[1]!.why, /stops at the condition of the If "choose"/);
  await net.release();
});

test('the values of edits are those of the start of a run, also in the branch that it takes', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  const edit = registerEdit(net.getSubmodule('repeat'), { add: 1 });
  net.getSubmodule('in_then').registerForwardHook(() => {
    edit.set(100);
  });
  assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [9, 11]);
  assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [108, 110]);
  await net.release();
});

test('a pre-hook on an If may replace its condition', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  noteEach(net, ['in_then', 'in_else'], ['in_then', 'in_else']);
  net.getSubmodule('choose').registerForwardPreHook((_module, [condition, ...rest]) => {
    const [taken] = condition!.data as Uint8Array;
    return [new ort.Tensor('bool', Uint8Array.of(1 - taken!), []), ...(rest as ort.Tensor[])];
  });
  for (const _time of ['first', 'second']) {
    assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [4, 2]);
    assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [10, 14]);
  }
  await net.release();
});

test('Ifs whose conditions come from weights alone: hooks, observers and edits', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/fixed'));
  const nodes = [...net.namedModules()].map(([path]) => path).filter((path) => path.includes('_'));
  assert.is(nodes.length, 8);
  const seen: [string, number[]][] = [];
  const x = floats(1, -2);
  for (const path of nodes) {
    net.getSubmodule(path).observe(({ output }) => seen.push([path, numbersOf(output)]));
  }
  assert.equal(numbersOf((await net({ x })).y!), [-1, -1]);
  const taken = [
    ['a_Mul', [2, 6]],
    ['a_Neg', [-2, -6]],
    ['e_Sub', [-1, -1]],
    ['e_Neg', [1, 1]],
  ];
  assert.equal(seen, taken);
  registerEdit(net.getSubmodule('e_Neg'), { add: 5 });
  assert.equal(numbersOf((await net({ x })).y!), [4, 4]);
  noteEach(net, ['first'], ['first']);
  net.getSubmodule('a_Mul').registerForwardHook((_module, _inputs, output) => raised(output));
  for (const _time of ['first', 'second']) {
    // p = 2 · (b + 0.5), q = -(b + 0.5)
    assert.equal(numbersOf((await net({ x })).y!), [6.5, 10.5]);
  }
  await net.release();
});

test('a hook that throws in a branch ends the run; hooks with alwaysCall around it run; the next run goes on', async () => {
  const net = await createOnnx(ort, bytesOf('control/nested'));
  const always: [string, boolean][] = [];
  for (const path of ['gate', 'gate.inner', 'step', 'other']) {
    net.getSubmodule(path).registerForwardPreHook(() => undefined);
    net.getSubmodule(path).registerForwardHook(
      (_module, _inputs, output) => {
        always.push([path, output !== undefined]);
      },
      { alwaysCall: true },
    );
  }
  let fails = true;
  net.getSubmodule('gate.inner').registerForwardHook(
    () => {
      if (fails) throw new Error('enough');
    },
    { prepend: true },
  );
  const run = fixtureJson<Record<string, ControlRun[]>>('onnx/control/control.json').nested!.find(
    ({ seen }) => seen['gate.inner']!.length === 1,
  )!;
  const feeds = { x: tensorOf(run.inputs[0]!) };
  assert.match((await rejection(net(feeds))).message, /enough/);
  assert.equal(always, [
    ['gate.inner', true],
    ['gate', false],
  ]);
  fails = false;
  assert.ok(difference((await net(feeds)).y!, run.output) < 1e-6);
  await net.release();
});

test('overlapping runs that take different branches equal runs one after the other', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  noteEach(net, ['abs', 'in_then', 'in_else', 'repeat'], ['abs', 'in_then', 'in_else', 'repeat']);
  const given = Array.from({ length: 50 }, (_, i) => [(i % 7) - 3.5, i % 5] as const);
  const results = await Promise.all(given.map(([a, b]) => net({ x: floats(a, b) })));
  for (const [i, [a, b]] of given.entries()) {
    const expected = [a, b].map((value) => {
      const h = 2 * Math.abs(value);
      return 2 * (2 * (a + b > 0 ? 2 * h : -h) + 6);
    });
    assert.equal(numbersOf(results[i]!.y!), expected, `${a}, ${b}`);
  }
  await net.release();
  assert.is(explain(net).sessions, 0);
});

test('a branch whose session cannot be created fails the run that takes it; later runs go without hooks', async () => {
  let created = 0;
  const create: typeof ort.InferenceSession.create = (async (...given: [Uint8Array]) => {
    created++;
    const session = await ort.InferenceSession.create(...given);
    if (!session.outputNames.includes('layertap.1.t') && !session.outputNames.includes('layertap.2.t')) return session;
    await session.release();
    throw new Error('no memory');
  }) as never;
  const net = await createOnnx<ort.Tensor>({ InferenceSession: { create } }, bytesOf('graphs/branches'));
  const seen = noteEach(net, ['in_then', 'in_else'], ['in_then', 'in_else']);
  assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [4, 2]);
  const { message } = await rejection(net({ x: floats(1, 2) }));
  assert.match(message, /^the session that the hooks need cannot be created\n {2}hooks: .*in_then.*\n {2}no memory/);
  created = 0;
  seen.length = 0;
  assert.equal(numbersOf((await net({ x: floats(1, 2) })).y!), [8, 10]);
  assert.equal(numbersOf((await net({ x: floats(-1, -2) })).y!), [5, 4]);
  assert.is(created, 1, 'the plain session');
  assert.equal(seen, []);
  assert.match(explain(net).registrations[0]!.why, /it does not run/);
  await net.release();
});

test.run();
