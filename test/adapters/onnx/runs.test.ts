// Runs with hooks: what is declared, what the caller gets, and which sessions exist.
import ort from 'onnxruntime-node';
import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, type OnnxModel, OnnxNode, wrapOnnx } from '../../../adapters/onnx/index.ts';
import { listHooks, removeAllHooks, select, setReporter, withHooks } from '../../../src/index.ts';
import { rejection } from '../../fixtures/rejection.ts';
import { bytesOf, factsOf, feedsOf, floats, pathOf, sessionOf, testOfTypes } from './load.ts';

type Tensors = Record<string, ort.Tensor>;
const { InferenceSession } = ort;
const numbers = (tensor: ort.Tensor | undefined) => [...(tensor!.data as Float32Array)];

/** The outputs of each session created during `run`, and how many sessions were not released. */
async function sessionsMade(run: () => Promise<void>): Promise<{ open: number; outputs: string[][] }> {
  const { create } = InferenceSession;
  const outputs: string[][] = [];
  let open = 0;
  InferenceSession.create = (async (...given: Parameters<typeof create>) => {
    const session = await create.apply(InferenceSession, given);
    outputs.push([...session.outputNames]);
    open++;
    const { release } = session;
    session.release = () => {
      open--;
      return release.call(session);
    };
    return session;
  }) as typeof create;
  try {
    await run();
  } finally {
    InferenceSession.create = create;
  }
  return { open, outputs };
}

test('only observed values are declared, several registrations create one session, and release() releases all', async () => {
  const feeds = feedsOf(factsOf('mlp'));
  const made = await sessionsMade(async () => {
    const net = await createOnnx(ort, bytesOf('mlp.legacy'));
    const plain = await net(feeds);
    const observed: string[] = [];
    select(net, 'fc?').observe(({ path }) => observed.push(path));
    assert.equal(numbers((await net(feeds)).y), numbers(plain.y));
    await net(feeds);
    assert.equal(observed, ['fc1', 'fc2', 'fc3', 'fc1', 'fc2', 'fc3']);
    assert.is(explain(net).sessions, 2);
    await net.release();
    assert.is(explain(net).sessions, 0);
    assert.match((await rejection(net(feeds))).message, /cannot be called: it has been released/);
    assert.throws(() => net.getSubmodule('fc1').observe(() => {}), /cannot take hooks: it has been released/);
  });
  assert.equal(made, { open: 0, outputs: [['y'], ['y', '/fc1/Gemm_output_0', '/fc2/Gemm_output_0']] });
});

test('a wrapped session runs hooks, and is as it was found after the last is removed', async () => {
  const session = await sessionOf(bytesOf('graphs/hidden'));
  const before = Object.getOwnPropertyNames(session);
  const made = await sessionsMade(async () => {
    const both = await Promise.all([0, 1].map(() => wrapOnnx(session, bytesOf('graphs/hidden'))));
    const net = both[0]!;
    assert.is(both[1], net);
    assert.is(await wrapOnnx(session, bytesOf('graphs/hidden')), net, 'a session has one model');
    assert.equal(Object.getOwnPropertyNames(session), before);
    assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-2, -4]);
    const seen: number[][] = [];
    const inputs: unknown[] = [];
    const handle = net.getSubmodule('double').observe((event) => {
      seen.push(numbers(event.output));
      inputs.push(event.inputs);
    });
    const x = floats(1, 2);
    assert.equal(numbers((await session.run({ x })).y), [-2, -4]);
    assert.equal(seen, [[2, 4]]);
    assert.is((inputs[0] as ort.Tensor[])[0], x);
    handle.remove();
    assert.equal(Object.getOwnPropertyNames(session), before);
    await session.run({ x });
    assert.is(seen.length, 1);
    await net.release();
    assert.is.not(await wrapOnnx(session, bytesOf('graphs/hidden')), net);
    assert.equal(numbers((await session.run({ x })).y), [-2, -4], 'the session goes on');
  });
  assert.equal(made, { open: 0, outputs: [['y', 'h']] });
  await session.release();
});

test('releasing a wrapped session releases the sessions of its hooks', async () => {
  const made = await sessionsMade(async () => {
    const session = await sessionOf(bytesOf('graphs/hidden'));
    const net = await wrapOnnx(session, bytesOf('graphs/hidden'));
    let hooksEnded = false;
    net.getSubmodule('double').registerForwardHook(async () => {
      for (let i = 0; i < 100; i++) await Promise.resolve();
      hooksEnded = true;
    });
    const running = session.run({ x: floats(1) });
    await session.release();
    assert.ok(hooksEnded, 'a current run ends first, with its hooks');
    assert.equal(numbers((await running).y), [-2]);
    assert.is(net.isReleased, true);
  });
  assert.is(made.open, 0);
});

test('a hooked run takes names, tensors to write into and options, and gives ONNX Runtime’s errors for all but the feeds', async () => {
  const facts = factsOf('recurrent');
  const feeds = feedsOf(facts);
  const plain = await sessionOf(bytesOf('recurrent.legacy'));
  const wrapped = await sessionOf(bytesOf('recurrent.legacy'));
  const net = await wrapOnnx(wrapped, bytesOf('recurrent.legacy'));
  const heard: string[] = [];
  select(net, '**').observe(({ path }) => heard.push(path));
  for (const more of [
    [],
    [['h']],
    [['h', 'y']],
    [{ y: null }],
    [{ logSeverityLevel: 3 }],
    [['y'], { tag: 'run' }],
    [undefined],
  ]) {
    const given = [feeds, ...more] as [Tensors, never];
    const [expected, came] = [await plain.run(...given), await wrapped.run(...given)];
    // Given names, onnxruntime-web returns them in their order, onnxruntime-node in the model's.
    assert.equal(Object.keys(came).sort(), Object.keys(expected).sort(), JSON.stringify(more));
    for (const name of Object.keys(expected)) assert.equal(numbers(came[name]), numbers(expected[name]));
  }
  assert.ok(heard.length > 0);
  for (const wrong of [feeds.x, [feeds.x]]) {
    assert.match(
      (await rejection(net(wrong as never))).message,
      /^OnnxModel\(\d+ nodes\): the feeds must be tensors by input name\n {2}got: (a tensor, float32 \[.*\]|an array of length 1)\n/,
    );
  }
  const own = new ort.Tensor('float32', new Float32Array(18), [2, 3, 3]);
  const [into, intoPlain] = [await wrapped.run(feeds, { y: own }), await plain.run(feeds, { y: own })];
  assert.equal(Object.keys(into), ['y']);
  assert.is(into.y === own, intoPlain.y === own);
  assert.equal(numbers(into.y), numbers(intoPlain.y));
  for (const wrong of [
    [feeds, ['nothing']],
    [feeds, ['/lstm/LSTM_output_0']],
    [feeds, []],
    [feeds, [1]],
    [feeds, 'y'],
    [feeds, own],
    [{ x: feeds.x, more: 1 }],
  ]) {
    const [expected, came] = await Promise.all(
      [plain, wrapped].map((session) => session.run(...(wrong as [Tensors])).then(() => 'no error', String)),
    );
    assert.is(came, expected, JSON.stringify(Object.keys(wrong)));
  }
  await net.release();
});

test('a run that someone else has replaced meanwhile is left in place', async () => {
  const session = await sessionOf(bytesOf('graphs/hidden'));
  const net = await wrapOnnx(session, bytesOf('graphs/hidden'));
  const handle = net.getSubmodule('double').observe(() => {});
  const other = async () => ({ y: floats(7) });
  session.run = other as never;
  handle.remove();
  assert.is(session.run, other);
  await net.release();
});

test('a run that waits for its turn does not call what has replaced it meanwhile', async () => {
  const session = await sessionOf(bytesOf('graphs/hidden'));
  const net = await wrapOnnx(session, bytesOf('graphs/hidden'));
  const handle = net.observe(() => {});
  const running = session.run({ x: floats(1, -2) });
  handle.remove();
  session.run = () => Promise.reject(new Error('a call that began before must not come here'));
  assert.equal(Object.keys(await running), net.outputNames);
  await net.release();
});

test('hooks run in the order of the graph, each sees the replacement of the one before, and call counts starts', async () => {
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  const events: string[] = [];
  for (const path of ['fc3', 'fc3.Gemm', 'act', 'fc1']) {
    net.getSubmodule(path).registerForwardHook((module, _inputs, output, call) => {
      events.push(`${(module as { path: string }).path} ${call}`);
      if (path === 'fc3.Gemm')
        return new ort.Tensor(
          'float32',
          numbers(output).map(() => 7),
          output.dims,
        );
      if (path === 'fc3') assert.ok(numbers(output).every((value) => value === 7));
      return undefined;
    });
  }
  const { y } = await net(feedsOf(factsOf('mlp')));
  assert.equal(events, ['fc1 0', 'act 0', 'act 1', 'fc3.Gemm 0', 'fc3 0']);
  assert.ok(numbers(y).every((value) => value === 7));
  await net.release();
});

testOfTypes('what no hook may replace is said when it is registered; a wrong replacement fails its run', async () => {
  const narrow = await createOnnx(ort, bytesOf('graphs/bfloat16'));
  const point = narrow.getSubmodule('narrow');
  assert.throws(
    () => point.transform(map((output) => output)),
    /^narrow takes no transform: "b" cannot be replaced: .* bfloat16/,
  );
  point.registerForwardHook(() => floats(1, 2, 3));
  assert.match((await rejection(narrow({ x: floats(1, 2, 3) }))).message, /expected: no replacement: "b" cannot be/);
  assert.equal(listHooks(narrow).length, 1);
  await narrow.release();

  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  const fc1 = net.getSubmodule('fc1');
  fc1.registerForwardHook(function replace() {
    return new ort.Tensor('int64', [1n, 2n], [1, 2]) as never;
  });
  const { message } = await rejection(net(feedsOf(factsOf('mlp'))));
  assert.match(message, /a forward hook gave what cannot be the output/);
  assert.match(
    message,
    /in fc1, Module\(fc1\) of OnnxModel\n {2}hook: replace\n.*\n {2}expected: a tensor of type float32, not int64$/,
  );
  removeAllHooks(net);
  const disposed = new ort.Tensor('float32', new Float32Array(21), [3, 7]);
  disposed.dispose();
  fc1.registerForwardHook(() => disposed);
  assert.match(
    (await rejection(net(feedsOf(factsOf('mlp'))))).message,
    /expected: a tensor that has not been disposed of$/,
  );
  removeAllHooks(net);
  fc1.registerForwardPreHook(function before() {
    return [floats(1), floats(2)] as never;
  });
  const wrong = await rejection(net(feedsOf(factsOf('mlp'))));
  assert.match(wrong.message, /in fc1, .*\n {2}hook: before\n.*\n {2}expected: a tensor of type float32/);
  assert.match((await rejection(fc1.forward())).message, /cannot be called: only its model runs it/);
  await net.release();
});

test('a node of several outputs gives an array of them', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/split'));
  const seen: number[][][] = [];
  const node = net.getSubmodule<ort.Tensor[]>('halves');
  node.observe(({ output }) => seen.push(output.map(numbers)));
  assert.is(net.value('b'), node);
  await net({ x: floats(1, 2, 3, 4) });
  assert.equal(seen, [
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  await net.release();
});

testOfTypes('tensors of every type are read', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/types'));
  const seen: Record<string, unknown> = {};
  select(net, 'to_*').observe(({ path, output }) => {
    seen[path] = output;
  });
  const lines: string[] = [];
  const logged = new Promise<void>((resolve) => {
    select(net, 'to_*').log({ print: (line) => lines.push(line) === 9 && resolve() });
  });
  await net({ x: floats(0, 1, 3) });
  await logged;
  const types = Object.entries(seen).map(([path, output]) => `${path} ${(output as ort.Tensor).type}`);
  assert.equal(
    types,
    ['bool', 'float16', 'float64', 'int8', 'int64', 'uint8', 'uint16', 'uint64', 'string'].map((t) => `to_${t} ${t}`),
  );
  assert.equal(
    lines.map((line) => /mean (\S+)/.exec(line)?.[1]),
    ['0.6667', ...Array(7).fill('1.333'), undefined],
  );
  await net.release();
});

testOfTypes('bfloat16, which the bindings lack, is observed as float32', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/bfloat16'));
  const seen: ort.Tensor[] = [];
  net.getSubmodule('narrow').observe(({ output }) => seen.push(output));
  await net({ x: floats(1, 1.001, -3) });
  assert.is(seen[0]!.type, 'float32');
  // 7 bits of mantissa.
  assert.equal(numbers(seen[0]), [1, 1, -3]);
  await net.release();
});

test('a Dropout in training mode stays an identity while it is observed', async () => {
  const x = floats(...Array.from({ length: 64 }, (_, i) => i + 1));
  const net = await createOnnx(ort, bytesOf('graphs/dropout'));
  const plain = numbers((await net({ x })).y);
  const seen: number[][] = [];
  net.getSubmodule('drop').observe(({ output }) => seen.push(numbers(output)));
  assert.equal(numbers((await net({ x })).y), plain);
  assert.equal(
    seen[0],
    plain.map((value) => -value),
  );
  await net.release();
});

testOfTypes('a session that cannot be created rejects one run and names the hooks; later runs work', async () => {
  const made = await sessionsMade(async () => {
    const net = await createOnnx(ort, bytesOf('graphs/sequence'));
    assert.throws(() => net.getSubmodule('split').observe(() => {}), /"split" gives is not a tensor but a sequence/);
    const handle = net.getSubmodule('same').observe(function watcher() {});
    const { message } = await rejection(net({ x: floats(1, 2) }));
    assert.match(
      message,
      /^the session that the hooks need cannot be created\n {2}hooks: observer watcher of same\n.*not a tensor/,
    );
    const reports: string[] = [];
    setReporter((error) => void reports.push(error.message));
    try {
      assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-1, -2]);
      assert.is(reports.length, 1);
      assert.match(reports[0]!, /went without its hooks and edits/);
      assert.match(explain(net).registrations[0]!.why, /could not be created/);
      handle.remove();
      assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-1, -2]);
      assert.is(reports.length, 1);
    } finally {
      setReporter();
    }
    net.getSubmodule('same').observe(() => {});
    await net({ x: floats(1, 2) });
    net.getSubmodule('join').observe(() => {});
    await rejection(net.prepare());
    await net.release();
  });
  assert.is(made.open, 0);
});

test('explain() gives the way of each registration, and counts the sessions', async () => {
  const net = await createOnnx(ort, pathOf('mlp.legacy'));
  net.registerForwardHook(function whole() {});
  net.getSubmodule('act').observe(function both() {});
  net.getSubmodule('fc3').registerForwardHook(function last() {});
  await net.prepare();
  assert.equal(explain(net), {
    registrations: [
      { path: '', kind: 'forward', name: 'whole', way: 'read', why: 'it runs around the whole run', reruns: 0 },
      {
        path: 'act',
        kind: 'observer',
        name: 'both',
        way: 'declare',
        why: 'the session gives "/act/Relu_output_0", "/act_1/Relu_output_0" as additional outputs',
        reruns: 0,
      },
      { path: 'fc3', kind: 'forward', name: 'last', way: 'read', why: 'every run gives or takes "y"', reruns: 0 },
    ],
    sessions: 1,
    bytes: bytesOf('mlp.legacy').length,
  });
  assert.throws(() => explain({} as OnnxModel), /must be an OnnxModel, or contain one, got an? Object/i);
  await net.release();
});

test('hooks registered around each run create a session once; the last eight are kept', async () => {
  const feeds = feedsOf(factsOf('encoder'));
  const made = await sessionsMade(async () => {
    const net = await createOnnx(ort, bytesOf('encoder.legacy'));
    const nodes = [...select(net, OnnxNode)].map(([, node]) => node).filter(({ values }) => values[0] !== 'logits');
    for (let i = 0; i < 20; i++) {
      await withHooks(
        () => nodes[i % 2]!.observe(() => {}),
        () => net(feeds),
      );
    }
    assert.is(explain(net).sessions, 2);
    for (const node of nodes.slice(0, 12)) {
      await withHooks(
        () => node.observe(() => {}),
        () => net(feeds),
      );
    }
    assert.is(explain(net).sessions, 8);
    await net.release();
  });
  assert.is(made.outputs.length, 12);
  assert.is(made.open, 0);
});

test('a large model is not copied: its weights are read in place, from bytes and from a file', async () => {
  for (const source of [bytesOf('graphs/large'), pathOf('graphs/large')]) {
    const sizes: number[] = [];
    const { create } = InferenceSession;
    InferenceSession.create = ((model: Uint8Array, ...more: []) => {
      sizes.push(model.length);
      return create.call(InferenceSession, model, ...more);
    }) as typeof create;
    try {
      const net = await createOnnx(ort, source);
      const seen: ort.Tensor[] = [];
      net.getSubmodule('relu').observe(({ output }) => seen.push(output));
      const x = new ort.Tensor(
        'float32',
        Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
        [1, 64],
      );
      const { y } = await net({ x });
      const session = await create.call(InferenceSession, bytesOf('graphs/large') as never);
      assert.equal(numbers(y), numbers((await session.run({ x })).y));
      assert.ok(numbers(seen[0]).some((value) => value > 1));
      assert.is(sizes.length, 1);
      assert.ok(sizes[0]! < 1000, `a model of ${sizes[0]} bytes`);
      await net.release();
    } finally {
      InferenceSession.create = create;
    }
  }
});

test('fifty overlapping runs give what fifty in a row give, and each hook call belongs to its run', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/hidden'));
  const seen = new Map<number, number>();
  net.getSubmodule('double').registerForwardHook(async (_module, inputs, output, call) => {
    await Promise.resolve();
    assert.is(numbers(output)[0], 2 * numbers(inputs[0])[0]!);
    seen.set(call, numbers(output)[0]!);
  });
  const runs = Array.from({ length: 50 }, async (_, i) => {
    if (i === 25) net.getSubmodule('neg').observe(() => {});
    return numbers((await net({ x: floats(i) })).y)[0];
  });
  assert.equal(
    await Promise.all(runs),
    Array.from({ length: 50 }, (_, i) => 0 - 2 * i),
  );
  assert.equal(
    [...seen],
    Array.from({ length: 50 }, (_, i) => [i, 2 * i]),
  );
  await net.release();
});

test('a feed on a device that the model does not run on is refused', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/hidden'));
  net.getSubmodule('double').observe(() => {});
  const x = { type: 'float32', dims: [1], location: 'gpu-buffer' } as never;
  const { message } = await rejection(net({ x }));
  assert.match(message, /the feed "x" is on a device.*\n.*gpu-buffer/);
  await net.release();
});

test('a kept tensor shares no memory with what a hook was given', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/hidden'));
  const place = net.getSubmodule('double');
  let fired = 0;
  place.registerForwardHook((_module, _inputs, output) => {
    fired++;
    const kept = place.keep(output);
    (output.data as Float32Array).fill(0);
    assert.equal(numbers(kept), [2]);
    assert.equal(kept.dims, [1]);
    assert.is(kept.type, 'float32');
  });
  await net({ x: floats(1) });
  assert.is(fired, 1);
  await net.release();
});

test.run();
