// Recording, running, releasing and disposing: which sessions exist, with which options, and what is left.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, type OnnxHookPoint } from '../../../adapters/onnx/index.ts';
import { recordSources, type TransformersModel, wrapTransformers } from '../../../adapters/transformers/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { listHooks, select, withHooks } from '../../../src/index.ts';
import { fixturePath } from '../../fixtures/files.ts';
import { rejection } from '../../fixtures/rejection.ts';
import { bytesOf, floats, numbersOf } from '../onnx/load.ts';
import { bertFacts, generate, gptFacts, loadBert, loadGpt, logitsOf, recorded, registerAll, wrapped } from './load.ts';

const { InferenceSession } = ort;

/** The options of each session created during `run`, and how many sessions are not released afterwards. */
async function sessionsMade(run: () => Promise<void>): Promise<{ open: number; options: Record<string, unknown>[] }> {
  const { create } = InferenceSession;
  const options: Record<string, unknown>[] = [];
  let open = 0;
  InferenceSession.create = (async (...given: Parameters<typeof create>) => {
    const session = await create.apply(InferenceSession, given);
    options.push(given.find((one: unknown) => Object.getPrototypeOf(one) === Object.prototype) as never);
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
  return { open, options };
}

const layer = 'transformer.h.0';

test('each session that the hooks need has the options with which transformers.js creates its own', async () => {
  const { open, options } = await sessionsMade(async () => {
    const model = await recorded(() => loadGpt());
    const net = await wrapTransformers<ort.Tensor>(model);
    net.getSubmodule(layer).observe(() => {});
    await generate(model, 'gpt', gptFacts);
    await model.dispose();
  });
  assert.is(open, 0);
  assert.is(options.length, 2);
  const [theirs, ours] = options as [Record<string, unknown>, Record<string, unknown>];
  assert.ok((theirs.executionProviders as unknown[]).length > 0);
  assert.ok(theirs.logSeverityLevel !== undefined);
  for (const [name, value] of Object.entries(theirs)) assert.equal(ours[name], value, name);
});

test('a session keeps its own run while nothing is registered, and gets it back', async () => {
  const { model, net } = await wrapped(() => loadGpt());
  const session = model.sessions.model as ort.InferenceSession;
  const before = Object.getOwnPropertyDescriptors(session);
  const handle = net.getSubmodule(layer).observe(() => {});
  assert.ok(Object.hasOwn(session, 'run'));
  handle.remove();
  assert.equal(Object.getOwnPropertyDescriptors(session), before);
  await net.release();
  assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens, 'the model goes on');
  await model.dispose();
});

test('release() undoes the wrapping, and the model can be wrapped again', async () => {
  const { open } = await sessionsMade(async () => {
    const { model, net } = await wrapped(() => loadGpt());
    assert.is(await wrapTransformers(model), net, 'a model is wrapped once');
    const seen: unknown[] = [];
    net.getSubmodule(layer).observe(({ output }) => seen.push(output));
    await generate(model, 'gpt', gptFacts);
    assert.is(seen.length, 8);
    await net.release();
    assert.is(net.isReleased, true);
    assert.throws(() => net.getSubmodule(layer).observe(() => {}), /has been released/);
    assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens);
    assert.is(seen.length, 8);
    const again = await wrapTransformers<ort.Tensor>(model);
    assert.is.not(again, net);
    registerAll(again, gptFacts.steered[0]!.edits);
    assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.steered[0]!.tokens);
    await model.dispose();
  });
  assert.is(open, 0);
});

test('a pipeline that is disposed of waits for its runs with their hooks, and releases everything', async () => {
  const { open } = await sessionsMade(async () => {
    const { model: classify, net } = await wrapped(() => loadBert());
    let ended = false;
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    net.getSubmodule('classifier').registerForwardHook(async () => {
      begin();
      for (let i = 0; i < 100; i++) await Promise.resolve();
      ended = true;
    });
    const inputs = classify.tokenizer(bertFacts.text) as object;
    const running = classify.model(inputs) as Promise<{ logits: ort.Tensor }>;
    await begun;
    await classify.dispose();
    assert.ok(ended);
    assert.is((await running).logits.dims.length, 2);
    assert.is(net.isReleased, true);
    assert.throws(() => net.getSubmodule('classifier').observe(() => {}), /has been released/);
    assert.match(
      (await rejection(wrapTransformers(classify))).message,
      /^wrapTransformers\(\): the model has been disposed of$/,
    );
  });
  assert.is(open, 0);
});

test('disposing of a recorded model releases the sessions of hooks that are gone', async () => {
  const { open } = await sessionsMade(async () => {
    const { model, net } = await wrapped(() => loadGpt());
    await withHooks(
      () => net.getSubmodule('transformer.h.1').observe(() => {}),
      () => generate(model, 'gpt', gptFacts),
    );
    assert.is(explain(net).sessions, 1);
    await model.dispose();
    assert.is(net.isReleased, true);
  });
  assert.is(open, 0);
});

test('without a record, source and sessionOptions are given by the name of the session', async () => {
  const { open, options } = await sessionsMade(async () => {
    const model = await loadGpt();
    const asked: string[] = [];
    const net = await wrapTransformers<ort.Tensor>(model, {
      source: (session) => {
        asked.push(session);
        return fixturePath(`transformers/gpt/onnx/${session}.onnx`);
      },
      sessionOptions: () => ({ logSeverityLevel: 3, tag: 'given' }),
    });
    assert.equal(asked, ['model']);
    registerAll(net, gptFacts.steered[0]!.edits);
    assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.steered[0]!.tokens);
    await model.dispose();
    assert.is(net.isReleased, true);
  });
  assert.is(open, 0);
  assert.is(options[1]!.tag, 'given');
});

test('recordSources() takes every form of create(), and leaves it as it was found', async () => {
  const before = Object.getOwnPropertyDescriptor(InferenceSession, 'create');
  const bytes = bytesOf('graphs/hidden');
  const padded = new Uint8Array(bytes.length + 7);
  padded.set(bytes, 4);
  const [outer, inner] = [recordSources(ort), recordSources(ort)];
  const create = InferenceSession.create as (...given: unknown[]) => Promise<ort.InferenceSession>;
  const sessions = [
    await create(bytes),
    await create(bytes, { logSeverityLevel: 3 }),
    await create(padded.buffer, 4, bytes.length),
    await create(padded.buffer, 4, bytes.length, { logSeverityLevel: 3 }),
  ];
  outer.remove();
  inner.remove();
  inner.remove();
  assert.equal(Object.getOwnPropertyDescriptor(InferenceSession, 'create'), before);
  for (const session of sessions) {
    const net = await wrapTransformers({ sessions: { model: session } });
    const seen: number[][] = [];
    net.getSubmodule('double').observe(({ output }) => seen.push(numbersOf(output as ort.Tensor)));
    await session.run({ x: floats(1, 2) });
    assert.equal(seen, [[2, 4]]);
    await session.release();
    assert.is(net.isReleased, true);
  }
});

test('the value that set() gives an edit counts from the next step of generate()', async () => {
  const { model, net } = await wrapped(() => loadGpt());
  const { step, tokens } = gptFacts.late;
  const [[path, edit]] = gptFacts.steered[0]!.edits as [[string, { add: number[] }]];
  const handle = registerEdit(net.getSubmodule(path), { add: edit.add.map(() => 0) });
  net.session('model').observe(({ call }) => {
    if (call === step - 1) handle.set(edit.add);
  });
  assert.equal(await generate(model, 'gpt', gptFacts), tokens);
  assert.is(explain(net).sessions, 1, 'no new session');
  await model.dispose();
});

test('an edit that is registered during generate() counts from the next step', async () => {
  const { model, net } = await wrapped(() => loadGpt('dynamo'));
  const { step, tokens } = gptFacts.late;
  net.session('model').observe(({ call }) => {
    if (call === step - 1) registerAll(net, gptFacts.steered[0]!.edits);
  });
  assert.equal(await generate(model, 'gpt', gptFacts), tokens);
  await model.dispose();
});

/** Changes the hooks every few runs: observers, and edits that change nothing. @returns how often it did */
function keepChanging(net: TransformersModel<ort.Tensor>): { readonly changes: number; remove(): void } {
  const places = [...select<OnnxHookPoint<ort.Tensor>>(net, /transformer\.h\.\d(\.\w+)?$/)].map(([, module]) => module);
  let handles: { remove(): void }[] = [];
  let changes = 0;
  const removeAll = () => {
    for (const handle of handles) handle.remove();
  };
  const counting = net.session('model').observe(({ call }) => {
    if (call % 7 !== 0) return;
    removeAll();
    const [one, other] = [places[changes % places.length]!, places[(changes + 1) % places.length]!];
    handles = [one.observe(() => {}), registerEdit(other, { add: 0 })];
    changes++;
  });
  return {
    get changes() {
      return changes;
    },
    remove() {
      counting.remove();
      removeAll();
    },
  };
}

test('fifty overlapping calls of generate(), with hooks that come and go, give what they give one by one', async () => {
  const { model, net } = await wrapped(() => loadGpt());
  const texts = ['the cat sat', 'a dog ran on', 'fish ate', 'the big red house is', 'small'];
  const alone: number[][] = [];
  for (const text of texts) alone.push(await generate(model, 'gpt', { text }));
  const changing = keepChanging(net);
  const together = await Promise.all(
    Array.from({ length: 50 }, (_, i) => generate(model, 'gpt', { text: texts[i % texts.length]! })),
  );
  changing.remove();
  assert.ok(changing.changes > 30, `${changing.changes} changes`);
  for (const [i, tokens] of together.entries()) assert.equal(tokens, alone[i % texts.length], texts[i % texts.length]);
  assert.equal(listHooks(net), []);
  await model.dispose();
});

test('two models of one file do not affect each other', async () => {
  const [one, other] = [await wrapped(() => loadGpt()), await wrapped(() => loadGpt())];
  registerAll(one.net, gptFacts.steered[0]!.edits);
  const both = await Promise.all([one, other].map(({ model }) => generate(model, 'gpt', gptFacts)));
  assert.equal(both, [gptFacts.steered[0]!.tokens, gptFacts.tokens]);
  await Promise.all([one, other].map(({ model }) => model.dispose()));
});

test('prepare() creates the sessions of all hooks', async () => {
  const { model: classify, net } = await wrapped(() => loadBert());
  registerAll(net, bertFacts.edited[0]!.edits);
  assert.is(explain(net).sessions, 0);
  await net.prepare();
  assert.is(explain(net).sessions, 1);
  assert.equal((await logitsOf(classify, bertFacts)).dims, [1, 3]);
  assert.is(explain(net).sessions, 1);
  await classify.dispose();
});

test.run();
