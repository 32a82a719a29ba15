// Edits compiled into the graph: beside PyTorch's forward hooks, and where they stand between modules, hooks and sessions.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, wrapOnnx } from '../../../adapters/onnx/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { listHooks, withHooks } from '../../../src/index.ts';
import { rejection } from '../../fixtures/rejection.ts';
import {
  bytesOf,
  difference,
  EXPORTERS,
  factsOf,
  feedsOf,
  floats,
  NAMES,
  numbersOf,
  pathOf,
  sessionOf,
} from './load.ts';

for (const name of NAMES) {
  for (const exporter of EXPORTERS) {
    test(`${name}.${exporter}: edits lead to the outputs that PyTorch's hooks lead to`, async () => {
      const facts = factsOf(name);
      const net = await createOnnx(ort, bytesOf(`${name}.${exporter}`));
      for (const { edits, outputs } of facts.edited) {
        const handles = edits.map(([path, edit]) => registerEdit(net.getSubmodule(path), edit));
        for (const { way } of explain(net).registrations) assert.is(way, 'compile');
        const result = await net(feedsOf(facts));
        for (const [output, written] of Object.entries(outputs)) {
          const text = `${output} after ${JSON.stringify(edits)}`;
          if (written.type === 'bool') assert.equal(numbersOf(result[output]!), written.values, text);
          else assert.ok(difference(result[output]!, written) < (name === 'half' ? 1e-3 : 1e-6), text);
        }
        for (const { calls } of listHooks(net)) assert.ok(calls > 0);
        for (const handle of handles) handle.remove();
      }
      await net.release();
    });
  }
}

const numbers = (tensor: ort.Tensor | undefined) => numbersOf(tensor!);
const open = (name: string) => createOnnx(ort, bytesOf(`graphs/${name}`));

/** What each session was created from, and its outputs. */
async function sessionsMade(run: () => Promise<void>): Promise<{ bytes: number; outputs: readonly string[] }[]> {
  const { InferenceSession } = ort;
  const { create } = InferenceSession;
  const made: { bytes: number; outputs: readonly string[] }[] = [];
  InferenceSession.create = (async (model: Uint8Array, ...more: []) => {
    const session = await create.call(InferenceSession, model, ...more);
    made.push({ bytes: model.length, outputs: session.outputNames });
    return session;
  }) as typeof create;
  try {
    await run();
  } finally {
    InferenceSession.create = create;
  }
  return made;
}

test('a zero edit changes no output, and five edits add less than 1 KB to a file', async () => {
  for (const name of ['cnn', 'encoder'] as const) {
    const bytes = bytesOf(`${name}.legacy`);
    const paths = {
      cnn: ['stem.0', 'blocks.0.conv1', 'blocks.0', 'blocks.1.act', 'head'],
      encoder: ['embed', 'encoder.layers.0.self_attn', 'encoder.layers.0.linear1', 'encoder', 'head'],
    }[name];
    const made = await sessionsMade(async () => {
      const net = await createOnnx(ort, bytes);
      const plain = await net(feedsOf(factsOf(name)));
      for (const path of paths) registerEdit(net.getSubmodule(path), { add: 0 });
      const edited = await net(feedsOf(factsOf(name)));
      const [output] = net.outputNames as [string];
      assert.ok(difference(edited[output]!, { values: numbers(plain[output]) }) <= 1e-6);
      await net.release();
    });
    assert.is(made.length, 2);
    assert.ok(made[1]!.bytes - bytes.length < 1024, `${made[1]!.bytes - bytes.length} bytes`);
    assert.equal(made[1]!.outputs, made[0]!.outputs, 'edits alone need no further output');
  }
});

test('set() changes the runs that start after it, and creates no session; nor do edits around each run', async () => {
  const made = await sessionsMade(async () => {
    const net = await open('hidden');
    const handle = registerEdit(net.getSubmodule('double'), { add: 0 });
    const runs = Array.from({ length: 50 }, (_, i) => {
      handle.set(i);
      return net({ x: floats(1) });
    });
    handle.set(1000);
    assert.equal(
      (await Promise.all(runs)).map(({ y }) => numbers(y)),
      Array.from({ length: 50 }, (_, i) => [-2 - i]),
    );
    handle.remove();
    for (let i = 0; i < 10; i++) {
      const { y } = await withHooks(
        () => registerEdit(net.getSubmodule('double'), { add: i }),
        () => net({ x: floats(1) }),
      );
      assert.equal(numbers(y), [-2 - i]);
    }
    assert.equal(numbers((await net({ x: floats(1) })).y), [-2]);
    assert.is(explain(net).sessions, 2);
    await net.release();
  });
  assert.is(made.length, 2);
});

test('NaN stays under clamp and spreads from no index that is set to zero; empty tensors stay empty', async () => {
  const net = await open('hidden');
  for (const [edit, expected] of [
    [{ clamp: [-Infinity, 1] }, [NaN, -1, Infinity]],
    [{ zero: true }, [0, 0, 0]],
    [{ replace: 2 }, [-2, -2, -2]],
    [{ keep: [1], axis: 0 }, [0, -10, 0]],
    [{ ablate: [0], axis: 0 }, [0, -10, Infinity]],
    [{ add: 1 }, [NaN, -11, Infinity]],
  ] as const) {
    const handle = registerEdit(net.getSubmodule('double'), edit);
    const { y } = await net({ x: floats(NaN, 5, -Infinity) });
    // -0 counts as 0.
    const shown = numbers(y).map((value) => value + 0);
    assert.equal(shown, expected, JSON.stringify(edit));
    handle.remove();
  }
  for (const edit of [{ add: 1 }, { clamp: [0, 1] }, { replace: 3 }, { keep: [], axis: 0 }] as const) {
    const handle = registerEdit(net.getSubmodule('double'), edit);
    assert.equal((await net({ x: floats() })).y!.dims, [0]);
    handle.remove();
  }
  await net.release();
});

test('blend is PyTorch’s lerp: a weight of 1 gives the other value, however large the output is', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/hidden'));
  const edit = registerEdit(net.value('h'), { blend: 1, with: 3 });
  // h is twice x, and y is -h. torch.lerp(torch.tensor([1e10, -1e30, 0.1]) * 2, torch.tensor(3.0), weight), negated.
  for (const [weight, expected] of [
    [1, [-3, -3, -3]],
    [0.75, [-5000000000, 5.000000075237331e29, -2.299999952316284]],
    [0.25, [-15000000512, 1.500000098129063e30, -0.8999999761581421]],
  ] as const) {
    edit.set(weight);
    const found = numbers((await net({ x: floats(1e10, -1e30, 0.1) })).y);
    // PyTorch may multiply and add in one step.
    for (const [i, value] of expected.entries()) {
      assert.ok(Math.abs(found[i]! - value) <= 2e-7 * Math.abs(value), `${weight}: ${found[i]} and ${value}`);
    }
    if (weight === 1) assert.equal(found, expected);
  }
  await net.release();
});

test('the number of indices may change', async () => {
  const net = await open('hidden');
  const keep = registerEdit(net.getSubmodule('double'), { keep: [], axis: 0 });
  for (const [indices, expected] of [
    [[], [0, 0, 0]],
    [[1], [0, -4, 0]],
    [
      [0, -1, 2],
      [-2, 0, -6],
    ],
  ] as const) {
    keep.set(indices);
    assert.equal(
      numbers((await net({ x: floats(1, 2, 3) })).y).map((value) => value + 0),
      expected,
    );
  }
  keep.set([3]);
  assert.match(
    (await rejection(net({ x: floats(1, 2, 3) }))).message,
    /^the edit keep of double cannot be computed: keep needs index 3 along axis 0, and "[^"]+" is of shape \[3\]\n/,
  );
  await net.release();
});

test('a shape that the file lacks is learned when an edit fails: the error gives both shapes', async () => {
  const net = await createOnnx(ort, bytesOf('encoder.legacy'));
  const point = net.getSubmodule('encoder.layers.0');
  for (const [edit, problem] of [
    [{ add: [1, 2, 3] }, 'add must not change the shape: [3] does not broadcast to [2, 5, 8] of '],
    [
      { replace: new ort.Tensor('float32', new Float32Array(64), [2, 4, 8]) },
      'replace must not change the shape: [2, 4, 8] does not broadcast to [2, 5, 8] of ',
    ],
    [
      { replace: new ort.Tensor('float64', new Float64Array(80), [2, 5, 8]) },
      'replace needs a tensor of float32, and ',
    ],
    [{ keep: [0], axis: 5 }, 'keep needs axis 5, and '],
    [{ ablate: [99], axis: -1 }, 'ablate needs index 99 along axis -1, and '],
  ] as const) {
    const handle = registerEdit<typeof point>(point, edit);
    const { message } = await rejection(net(feedsOf(factsOf('encoder'))));
    assert.ok(
      message.includes(`the edit ${Object.keys(edit)[0]} of encoder.layers.0 cannot be computed: ${problem}`),
      message,
    );
    handle.remove();
  }
  await net.release();
});

test('a value to set that does not fit is refused, where the file shows it', async () => {
  const net = await createOnnx(ort, bytesOf('encoder.dynamo'));
  const point = net.getSubmodule('encoder.layers.0');
  assert.throws(
    () => registerEdit(point, { keep: [8], axis: -1 }),
    /: keep needs index 8 along axis -1, and "[^"]+" is of shape \[2, 5, 8\]$/,
  );
  const keep = registerEdit(point, { keep: [7], axis: -1 });
  const before = await net(feedsOf(factsOf('encoder')));
  assert.throws(() => keep.set([-9]), /: keep needs index -9 along axis -1, and /);
  const after = await net(feedsOf(factsOf('encoder')));
  assert.equal(numbers(after.logits), numbers(before.logits), 'nothing has changed');
  await net.release();
});

test('a wrapped session runs edits, knows no further inputs, and is as it was found after', async () => {
  const session = await sessionOf(bytesOf('graphs/hidden'));
  const before = Object.getOwnPropertyNames(session);
  const net = await wrapOnnx(session, bytesOf('graphs/hidden'));
  const handle = registerEdit(net.getSubmodule('double'), { scale: 10 });
  assert.equal(numbers((await session.run({ x: floats(1, 2) })).y), [-20, -40]);
  assert.equal([net.inputNames, session.inputNames], [['x'], ['x']]);
  assert.match(
    (await rejection(session.run({}))).message,
    /the feed "x" is missing\n {2}got: no feeds\n {2}expected: x /,
  );
  handle.remove();
  assert.equal(Object.getOwnPropertyNames(session), before);
  assert.equal(numbers((await session.run({ x: floats(1, 2) })).y), [-2, -4]);
  await net.release();
  await session.release();
});

test('an edit of a large model leaves its weights in place, from bytes and from a file', async () => {
  const x = new ort.Tensor('float32', new Float32Array(64).fill(0.5), [1, 64]);
  for (const source of [bytesOf('graphs/large'), pathOf('graphs/large')]) {
    const made = await sessionsMade(async () => {
      const net = await createOnnx(ort, source);
      const handle = registerEdit(net.getSubmodule('relu'), { zero: true });
      assert.ok(numbers((await net({ x })).y).every((value) => value === 0));
      handle.remove();
      assert.ok(numbers((await net({ x })).y).some((value) => value !== 0));
      await net.release();
    });
    assert.ok(made[0]!.bytes < 1500, `a model of ${made[0]!.bytes} bytes`);
  }
});

test('where a hook may replace a value, edits behind it run in JavaScript, after it', async () => {
  const net = await open('hidden');
  // The value "y": of the node, and of the model.
  const neg = net.getSubmodule('neg');
  registerEdit(neg, { add: 1 });
  assert.is(explain(net).registrations[0]!.way, 'compile');
  neg.registerForwardHook((_module, _inputs, output) => {
    assert.equal(numbers(output), [-1, -3]);
    return floats(5, 6);
  });
  registerEdit(neg, { scale: 2 });
  assert.equal(numbers((await net({ x: floats(1, 2) })).y), [10, 12]);
  assert.equal(
    explain(net).registrations.map(({ kind, way }) => [kind, way]),
    [
      ['edit', 'read'],
      ['forward', 'read'],
      ['edit', 'read'],
    ],
  );
  await net.release();

  const mlp = await createOnnx(ort, bytesOf('mlp.legacy'));
  registerEdit(mlp.getSubmodule('fc3'), { add: [1, 2] });
  mlp
    .getSubmodule('fc3.Gemm')
    .registerForwardHook((_module, _inputs, { dims }) => new ort.Tensor('float32', new Float32Array(6), dims));
  assert.equal(numbers((await mlp(feedsOf(factsOf('mlp')))).y), [1, 2, 1, 2, 1, 2]);
  await mlp.release();
});

test('a tensor keeps its leading ones where the file has no shape of the value, and loses those that are too many', async () => {
  const shapes: unknown[] = [];
  const create = (async (...given: [Uint8Array]) => {
    const session = await ort.InferenceSession.create(...given);
    for (const input of session.inputMetadata) {
      if (input.isTensor && input.name.includes('.edit')) shapes.push(input.shape);
    }
    return session;
  }) as typeof ort.InferenceSession.create;
  const net = await createOnnx<ort.Tensor>({ InferenceSession: { create } }, bytesOf('graphs/large'));
  const row = Float32Array.from({ length: 64 }, (_, i) => i / 8);
  const x = new ort.Tensor('float32', new Float32Array(64), [1, 64]);
  const project = net.getSubmodule('project');
  const hook = project.registerForwardHook(() => new ort.Tensor('float32', row, [1, 64]));
  const expected = numbers((await net({ x })).y);
  hook.remove();
  for (const dims of [[1, 64], [64]]) {
    const handle = registerEdit(project, { replace: new ort.Tensor('float32', row, dims) });
    const { y } = await net({ x });
    assert.equal([y!.dims, numbers(y)], [[1, 64], expected]);
    handle.remove();
  }
  assert.equal(shapes, [[1, 64], [64]]);
  await net.release();
});

test('hooks between edits see the value at their place, also of edits with a tensor', async () => {
  const net = await open('hidden');
  const double = net.getSubmodule('double');
  const seen: number[][] = [];
  double.registerForwardHook((_module, _inputs, output) => void seen.push(numbers(output)));
  registerEdit(double, { replace: floats(5, 6) });
  double.registerForwardHook((_module, _inputs, output) => void seen.push(numbers(output)));
  registerEdit(double, { add: 1 });
  double.registerForwardHook((_module, _inputs, output) => void seen.push(numbers(output)));
  assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-6, -7]);
  assert.equal(seen, [
    [2, 4],
    [5, 6],
    [6, 7],
  ]);
  await net.release();
});

test('beside edits, a hook that looks costs no stage; where it replaces, all of them run in JavaScript, in order', async () => {
  const net = await open('hidden');
  const double = net.getSubmodule('double');
  const seen: number[][] = [];
  let factor = 0;
  registerEdit(double, { add: 1 });
  double.registerForwardHook((_module, _inputs, output) => {
    seen.push(numbers(output));
    return factor === 0 ? undefined : floats(...numbers(output).map((value) => value * factor));
  });
  registerEdit(double, { add: 5 });
  double.observe(({ output }) => seen.push(numbers(output)));
  const ways = () => explain(net).registrations.map(({ way }) => way);
  assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-8, -10]);
  assert.equal(ways(), ['compile', 'declare', 'compile', 'declare']);
  factor = 100;
  for (let i = 0; i < 2; i++) assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-305, -505]);
  assert.equal(ways().slice(0, 3), ['cut', 'cut', 'cut']);
  assert.equal(explain(net).registrations[1]!.reruns, 1);
  assert.equal(seen.slice(0, 4), [
    [3, 5],
    [8, 10],
    [3, 5],
    [305, 505],
  ]);
  await net.release();
});

test('values of every floating type are edited in their type; others can be replaced alone', async () => {
  const net = await open('types');
  const x = floats(0, 1, 3);
  const plain = numbers((await net({ x })).y);
  for (const type of ['float16', 'float64']) {
    const handle = registerEdit(net.getSubmodule(`to_${type}`), { add: [0.5, 0, 0.25] });
    assert.equal(numbers((await net({ x })).y), [plain[0]! + 0.5, plain[1], plain[2]! + 0.25], type);
    handle.remove();
  }
  for (const [type, edit] of [
    ['int64', { replace: new ort.Tensor('int64', [7n, 7n, 7n], [3]) }],
    ['int64', { replace: 7 }],
    ['uint8', { replace: new ort.Tensor('uint8', [7, 7, 7], [3]) }],
  ] as const) {
    const handle = registerEdit(net.getSubmodule(`to_${type}`), edit);
    assert.equal(
      numbers((await net({ x })).y),
      plain.map((value, i) => value - numbers(x)[i]! + 7),
      type,
    );
    handle.remove();
  }
  for (const edit of [{ add: 1 }, { clamp: [0, 1] }, { keep: [0], axis: 0 }, { replace: floats(1, 2, 3) }] as const) {
    const handle = registerEdit(net.getSubmodule('to_int64'), edit);
    const [name] = Object.keys(edit);
    const { message } = await rejection(net({ x }));
    assert.match(
      message,
      new RegExp(
        `^the session that the hooks need cannot be created\\n {2}hooks: edit ${name} of to_int64\\n {2}the edit ${name} of to_int64 cannot be computed: ${name} needs .*int64`,
      ),
    );
    assert.equal(numbers((await net({ x })).y), plain, 'later runs go without it');
    handle.remove();
  }
  assert.throws(
    () => registerEdit(net.getSubmodule('text'), { replace: 1 }),
    /replace needs a tensor of strings, and "text" is string/,
  );
  const text = registerEdit(net.getSubmodule('text'), { replace: new ort.Tensor('string', ['a', 'b', 'c'], [3]) });
  assert.equal((await net({ x })).text!.data, ['a', 'b', 'c']);
  text.remove();
  await net.release();
});

test('an edit that cannot be carried out throws when it is registered, as far as the file tells', async () => {
  const typed = await open('typed');
  const attempt = (net: typeof typed, path: string, edit: Parameters<typeof registerEdit>[1]) => () =>
    registerEdit(net.getSubmodule(path), edit as never);
  const shape = /add must not change the shape: \[2\] does not broadcast to \[\?, 2, 3\] of "layertap\.edit0"/;
  assert.throws(attempt(typed, 'layertap', { add: [1, 2] }), shape);
  assert.throws(
    attempt(typed, 'layertap', { add: [1, 2, 3, 4], axis: 1 }),
    /\[4, 1\] does not broadcast|\[4\] does not/,
  );
  assert.throws(
    attempt(typed, 'layertap', { keep: [0], axis: 3 }),
    /keep needs axis 3, and "layertap\.edit0" is of shape \[\?, 2, 3\]/,
  );
  assert.throws(attempt(typed, 'whole', { add: 1 }), /add needs a value of floats, and "whole" is int64/);
  assert.throws(
    attempt(typed, 'whole', { replace: floats(1) }),
    /replace needs a tensor of int64, and "whole" is none: got float32/,
  );
  assert.throws(attempt(await open('bfloat16'), 'narrow', { add: 1 }), /"b" takes no edits: .* no bfloat16/);
  assert.throws(
    attempt(await open('opset8'), 'neg', { add: 1 }),
    /edits need a model of opset 9 or newer, and this is of 8/,
  );
  assert.throws(attempt(await open('split'), 'halves', { add: 1 }), /acts on one tensor, and this node gives several/);
  assert.throws(() => registerEdit(typed, { zero: true } as never), /register it on the module or node that gives it/);
  assert.equal(listHooks(typed), []);

  const x = new ort.Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
  registerEdit(typed.getSubmodule('layertap'), { scale: [1, 0], axis: 1 });
  registerEdit(typed.getSubmodule('layertap'), { add: [1, 2, 3] });
  registerEdit(typed.getSubmodule('wide'), { add: 0.5 });
  assert.equal(numbers((await typed({ x })).y), [4.5, 7.5, 10.5, 2.5, 3.5, 4.5]);
  await typed.release();
});

test('a shape that only the run shows is an error of the run, which names the edit', async () => {
  const net = await open('hidden');
  const handle = registerEdit(net.getSubmodule('double'), { add: [1, 2] });
  assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-3, -6]);
  for (const x of [floats(1), floats(1, 2, 3)]) {
    const { message } = await rejection(net({ x }));
    const sentence = `the edit add of double cannot be computed: add must not change the shape: [2] does not broadcast to [${x.dims}] of `;
    assert.ok(message.startsWith(sentence) || x.size === 0, message);
    assert.match(message, /\n.*(shape|broadcast)/i);
  }
  assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-3, -6]);
  handle.remove();
  await net.release();
});

test('before CastLike, types that the file lacks are learned from a session, once', async () => {
  const made = await sessionsMade(async () => {
    const net = await open('opset13');
    const x = floats(-2, 4);
    const handle = registerEdit(net.getSubmodule('positive'), { add: [10, 20] });
    assert.equal(numbers((await net({ x })).y), [12, 24]);
    handle.remove();
    const scale = registerEdit(net.getSubmodule('positive'), { scale: 3 });
    assert.equal(numbers((await net({ x })).y), [6, 12]);
    scale.remove();
    const { message } = await rejection(
      withHooks(
        () => registerEdit(net.getSubmodule('whole'), { add: 1 }),
        () => net({ x }),
      ),
    );
    assert.match(message, /hooks: edit add of whole\n.*"whole" is int64/);
    await net.release();
  });
  assert.equal(
    made.map(({ outputs }) => outputs.length),
    [2, 1, 1, 2],
  );
});

test('an edited Dropout in training mode goes on dropping nothing', async () => {
  const net = await open('dropout');
  const x = floats(1, 2, 3, 4, 5, 6, 7, 8);
  registerEdit(net.getSubmodule('drop'), { add: 1 });
  const seen: number[][] = [];
  net.getSubmodule('drop').observe(({ output, inputs }) => seen.push(numbers(output), numbers(inputs[0])));
  net.getSubmodule('double').observe(() => {});
  assert.equal(numbers((await net({ x })).y), [-3, -5, -7, -9, -11, -13, -15, -17]);
  assert.equal(seen, [
    [3, 5, 7, 9, 11, 13, 15, 17],
    [2, 4, 6, 8, 10, 12, 14, 16],
  ]);
  registerEdit(net.getSubmodule('double'), { scale: 10 });
  assert.equal(numbers((await net({ x })).y)[0], -21);
  await net.release();
});

test.run();
