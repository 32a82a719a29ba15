// Each tool over the models of the contract suites, in every adapter: returned, threw or abandoned half-way, it leaves the
// hooks of others, and the framework's memory, as they were.
import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, wrapOnnx } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import {
  attach,
  type Hookable,
  Linear,
  listHooks,
  Module,
  ReLU,
  rand,
  Sequential,
  select,
  setReporter,
  type Tensor,
  type TensorReader,
  tensor,
  tensorReader,
  withHooks,
} from '../../src/index.ts';
import {
  capture,
  compare,
  deadUnits,
  guard,
  patch,
  profile,
  record,
  saturation,
  skip,
  summary,
} from '../../src/inspect/index.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';
import { bytesOf, EXPORTERS, factsOf, feedsOf, NAMES, sessionOf } from '../adapters/onnx/load.ts';
import { emotion, upscaler } from '../adapters/tfjs/load.ts';
import { convolutional, shared } from '../adapters/tfjs/models.ts';
import { hookNames } from './hook-names.ts';

tf.enableProdMode();
test.before(async () => {
  await tf.setBackend('cpu');
});

type Run = () => unknown;

interface Subject {
  readonly name: string;
  readonly model: Hookable;
  readonly run: Run;
  /** A module inside that gives a tensor, of the shape of its input unless skip() is refused. */
  readonly path: string;
  /** What the errors of tools say that cannot work here. */
  readonly refused?: Readonly<Record<string, RegExp>>;
}

/** A tool that runs the model. @param signal gives up waiting */
type Tool = (subject: Subject, run: Run, signal: AbortSignal) => unknown;

/** Those that change a run take no function: the scope is `withHooks`. */
const scoped =
  (register: (subject: Subject) => unknown): Tool =>
  (subject, run, signal) =>
    withHooks(
      () => register(subject),
      () => Promise.race([run(), aborted(signal)]),
    );

const aborted = (signal: AbortSignal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const TOOLS: Readonly<Record<string, Tool>> = {
  record: async ({ name, model }, run, signal) => {
    const { calls, complete } = decodeRecording(name, await record(model, run, { parameters: true, signal }));
    assert.ok(complete && calls.length > 0);
  },
  compare: async ({ model }, run, signal) => {
    const bytes = await record(model, run, { signal });
    const comparison = await compare(model, bytes, run, { signal });
    assert.is(comparison.verdict, 'PASS', String(comparison));
    assert.is(comparison.coverage, 1);
    assert.match((await compare(bytes, bytes)).verdict, /^PASS/);
  },
  capture: async ({ model, path }, run, signal) => {
    const captured = await capture(model, run, path, { signal });
    assert.ok(captured.calls(path).length > 0);
    captured.dispose();
  },
  statistics: async ({ model, path }, run, signal) => {
    const captured = await capture(model, run, path, { take: 'statistics', signal });
    assert.ok(captured.calls(path).every(({ value }) => value.count > 0));
  },
  stopAt: async ({ model, path }, run, signal) => {
    const captured = await capture(model, run, path, { stopAt: path, signal });
    assert.equal([captured.stopped, captured.calls(path).length], [true, 1]);
    captured.dispose();
  },
  patch: scoped(({ model, path }) => patch(select(model, path), { scale: 2 })),
  noise: scoped(({ model, path }) => patch(select(model, path), { noise: 0.1, seed: 1 })),
  skip: scoped(({ model, path }) => skip(select(model, path))),
  summary: async ({ model, path }, run, signal) => {
    const { modules } = await summary(model, run, { signal });
    assert.ok(modules.some((row) => row.path === path && row.calls > 0));
  },
  profile: async ({ model }, run, signal) => {
    const { modules, unhooked } = await profile(model, run, { runs: 1, signal });
    assert.ok(unhooked > 0 && modules.some(({ calls }) => calls > 0));
  },
  guard: async ({ model }, run, signal) => {
    const guarded = guard(model, { condition: ({ path }) => path !== '', onFound: () => {} });
    try {
      await Promise.race([run(), aborted(signal)]);
      assert.ok(guarded.finding !== undefined);
    } finally {
      guarded.remove();
    }
  },
  deadUnits: async ({ model, path }, run, signal) => {
    assert.ok((await deadUnits(model, run, path, { signal })).size > 0);
  },
  saturation: async ({ model, path }, run, signal) => {
    assert.ok((await saturation(model, run, path, { signal })).size > 0);
  },
};

/** Runs every tool in every way. */
async function holds(subject: Subject): Promise<void> {
  const { name, model, run } = subject;
  // Of the model itself: profile() has the nodes of a graph for itself.
  const others = [model.observe(() => {}), model.observe(() => {})];
  const before = hookNames(model);
  const thrown = new Error('planted');
  const left = async (way: string, done: Promise<unknown>) => {
    const error = await done.then(
      () => undefined,
      (reason) => reason,
    );
    assert.equal(hookNames(model), before, `${way} on ${name}`);
    return error;
  };
  setReporter(() => {});
  try {
    for (const [tool, use] of Object.entries(TOOLS)) {
      const { signal } = new AbortController();
      const returned = await left(tool, (async () => use(subject, run, signal))());
      const refusal = subject.refused?.[tool];
      if (refusal !== undefined) {
        assert.match((returned as Error).message, refusal);
        continue;
      }
      assert.is(returned, undefined, `${tool} on ${name}: ${returned?.stack}`);
      // stopAt would end the run first.
      const begin = tool === 'stopAt' ? () => {} : run;
      const throwing = async () => {
        await begin();
        throw thrown;
      };
      assert.is(await left(`${tool} that threw`, (async () => use(subject, throwing, signal))()), thrown, tool);
      const controller = new AbortController();
      const hanging = async () => {
        await begin();
        setImmediate(() => controller.abort(thrown));
        return new Promise(() => {});
      };
      const given = await left(`${tool}, abandoned`, (async () => use(subject, hanging, controller.signal))());
      assert.is(given, thrown, `${tool} on ${name}`);
    }
  } finally {
    setReporter(undefined);
  }
  for (const handle of others) handle.remove();
  assert.equal(listHooks(model), [], name);
}

class Later extends Module {
  static override readonly async: boolean = true;
  fc: Linear = new Linear(3, 3);
  act: ReLU = new ReLU();
  override async forward(x: Tensor): Promise<Tensor> {
    return this.act(this.fc(this.fc(x)));
  }
}

test('modules of the core, synchronous and not', async () => {
  const x = rand(4, 3);
  const net = new Sequential(new Linear(3, 3), new ReLU(), new Sequential(new Linear(3, 2), new ReLU()));
  await holds({ name: 'Sequential', model: net, run: () => net(x), path: '1' });
  const later = new Later();
  await holds({ name: 'Later', model: later, run: () => later(x), path: 'fc' });
});

test('methods of any object, synchronous and not', async () => {
  const x = tensor([1, 2, 3]);
  const reader = tensorReader as TensorReader;
  const inner = { twice: (y: Tensor) => y.mul(2) };
  for (const isAsync of [false, true]) {
    const model = {
      run: isAsync ? async (y: Tensor) => inner.twice(inner.twice(y)) : (y: Tensor) => inner.twice(inner.twice(y)),
    };
    const twice = attach(inner, 'twice', { reader });
    const net = attach(model, 'run', { reader, async: isAsync, children: () => [['twice', twice]] });
    await holds({ name: `run, async ${isAsync}`, model: net, run: () => model.run(x), path: 'twice' });
    assert.equal(Object.keys(model), ['run']);
  }
});

test('layers and models of tfjs, whose tensors are freed', async () => {
  const model = convolutional();
  const x = tf.randomNormal([3, 8, 8, 1]);
  const [p, q] = [tf.ones([2, 4]), tf.zeros([2, 4])];
  const both = shared();
  const before = tf.memory().numTensors;
  const run = () => tf.tidy(() => void model.predict(x));
  await holds({ name: 'convolutional', model: wrapTfjs(tf, model), run, path: 'bn' });
  await holds({
    name: 'shared',
    model: wrapTfjs(tf, both),
    run: () => tf.tidy(() => void both.predict([p, q])),
    path: 'left',
    refused: { skip: /^skip\(\) must not change the shape/ },
  });
  assert.is(tf.memory().numTensors, before);
});

test('real models of tfjs: layers, and a graph', async () => {
  const layers = await upscaler();
  const image = tf.randomUniform([1, 12, 12, 3]);
  const net = wrapTfjs(tf, layers);
  const run = () => tf.tidy(() => void layers.predict(image));
  await holds({ name: 'upscaler', model: net, run, path: sameShape(net) });
  const graph = await emotion();
  const face = tf.randomUniform([1, 64, 64, 1]);
  const nodes = wrapTfjs(tf, graph);
  const path = [...nodes.namedModules()].find(([, module]) => /^Relu/.test(String(module)))![0];
  await holds({
    name: 'emotion',
    model: nodes,
    run: () => tf.tidy(() => void graph.predict(face)),
    path,
    refused: { profile: /^profile\(\): the node \S+ \(\w+\) has no pre-hooks/ },
  });
});

/** An activation. */
const sameShape = (net: Hookable) =>
  [...net.namedModules()].find(([, one]) => /^(Activation|ReLU)\(/.test(String(one)))![0];

test('every exported model, and a session that is wrapped', async () => {
  const { warn } = console;
  console.warn = () => {};
  try {
    for (const name of NAMES) {
      for (const exporter of EXPORTERS) {
        const bytes = bytesOf(`${name}.${exporter}`);
        const feeds = feedsOf(factsOf(name));
        const net = await createOnnx(ort, bytes);
        const path = [...net.namedModules()].find(([, node]) => /^(Relu|Tanh)\(/.test(String(node)))![0];
        await holds({ name: `${name}.${exporter}`, model: net, run: () => net(feeds), path });
        await net.release();
      }
    }
    const session = await sessionOf(bytesOf('mlp.legacy'));
    const net = await wrapOnnx(session, bytesOf('mlp.legacy'));
    const keys = Object.getOwnPropertyNames(session);
    await holds({
      name: 'a wrapped session',
      model: net,
      run: () => session.run(feedsOf(factsOf('mlp'))),
      path: 'act.Relu',
    });
    assert.equal(Object.getOwnPropertyNames(session), keys);
    await net.release();
    await session.release();
  } finally {
    console.warn = warn;
  }
});

test.run();
