// What is refused, with what came and what was expected.
import { AutoModel } from '@huggingface/transformers';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordSources, wrapTransformers } from '../../../adapters/transformers/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { listHooks } from '../../../src/index.ts';
import { fixturePath } from '../../fixtures/files.ts';
import { rejection } from '../../fixtures/rejection.ts';
import { difference } from '../onnx/load.ts';
import {
  bertFacts,
  generate,
  gptFacts,
  loadBert,
  loadGpt,
  loadT5,
  logitsOf,
  recorded,
  tokenize,
  wrapped,
} from './load.ts';

for (const [what, given, got] of [
  ['undefined', undefined, 'got undefined'],
  ['text', 'bert', 'got the string "bert"'],
  ['a promise', Promise.resolve({}), 'got a promise: await it first'],
  ['a class', AutoModel, 'got the class AutoModel: load it with from_pretrained()'],
  ['an object without sessions', { sessions: {} }, 'got an Object'],
  ['an object whose sessions do not run', { sessions: { model: {} } }, 'got an Object'],
  ['a pipeline without a model', { model: null }, 'got an Object'],
] as const) {
  test(`wrapTransformers() refuses ${what}`, async () => {
    const error = await rejection(wrapTransformers(given as never));
    assert.instance(error, TypeError);
    assert.is(
      error.message,
      `wrapTransformers(): the first argument must be a loaded pipeline or model of transformers.js, ${got}`,
    );
  });
}

test('wrapTransformers() refuses unknown options, and options that are no functions', async () => {
  const model = await loadGpt();
  const wrap = (options: object) => rejection(wrapTransformers(model, options));
  assert.match((await wrap({ sources: () => '' })).message, /unknown option "sources"; .* source, sessionOptions/);
  assert.match(
    (await wrap({ source: 'model.onnx' })).message,
    /"source" must be a function of the session's name, got the string "model\.onnx"/,
  );
  await model.dispose();
});

test('recordSources() refuses what is no ONNX Runtime', () => {
  for (const given of [undefined, ort.InferenceSession, {}]) {
    assert.throws(
      () => recordSources(given as never),
      /^recordSources\(\): the argument must be ort, the namespace of /,
    );
  }
});

test('a session whose file or options are not known is refused, and nothing is wrapped', async () => {
  const model = await loadT5();
  const path = (session: string) =>
    fixturePath(`transformers/t5/onnx/${session === 'model' ? 'encoder_model' : session}.onnx`);
  const wrap = (options: object) => rejection(wrapTransformers(model, options));
  assert.is(
    (await wrap({})).message,
    'wrapTransformers(): the file of session "model" is not known: give source, or call recordSources(ort) before from_pretrained',
  );
  assert.is(
    (await wrap({ source: path })).message,
    'wrapTransformers(): the options of session "model" are not known: give sessionOptions, or call recordSources(ort) before from_pretrained',
  );
  const options = { sessionOptions: () => ({}) };
  const partly = { ...options, source: (session: string) => (session === 'model' ? path(session) : undefined) };
  assert.match((await wrap(partly)).message, /the file of session "decoder_model_merged" is not known/);
  assert.match((await wrap({ ...options, source: () => 3 })).message, /the source must be the bytes of an \.onnx file/);
  assert.match((await wrap({ ...options, source: () => path('nothing') })).message, /the source cannot be read/);
  const swapped = { ...options, source: () => fixturePath('transformers/bert/onnx/model.onnx') };
  assert.match(
    (await wrap(swapped)).message,
    /not what the session was created from\n.*logits\n {2}expected: last_hidden_state/,
  );
  await model.dispose();
});

test('a model that has been disposed of is refused', async () => {
  const model = await recorded(() => loadGpt());
  await model.dispose();
  assert.is((await rejection(wrapTransformers(model))).message, 'wrapTransformers(): the model has been disposed of');
});

test('an edit of the wrong shape, axis or element type is refused, where the file tells when it is registered', async () => {
  const { model, net } = await wrapped(() => loadGpt('dynamo'));
  const mlp = net.getSubmodule('transformer.h.0.mlp');
  assert.throws(
    () => registerEdit(mlp, { add: [1, 2, 3] }),
    /add must not change the shape: \[3\] does not broadcast to \[\?, \?, 16\]/,
  );
  assert.throws(
    () => registerEdit(mlp, { keep: [0], axis: 3 }),
    /keep needs axis 3, and "[^"]+" is of shape \[\?, \?, 16\]/,
  );
  assert.throws(() => registerEdit(net.session('model'), { scale: 2 }), /an edit acts on one tensor/);
  assert.equal(listHooks(net), []);
  const steer = registerEdit(mlp, { add: new Float32Array(16) });
  assert.throws(() => steer.set([1, 2]), /the value to set must be of shape \[16\], got \[2\]/);
  assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens);
  await model.dispose();
});

test('an edit whose shape is found out in a step fails generate(), and is named', async () => {
  const { model, net } = await wrapped(() => loadGpt('legacy'));
  const handle = registerEdit(net.getSubmodule('transformer.h.0.mlp'), { add: [1, 2, 3] });
  // transformers.js prints the error, and its inputs.
  const { error } = console;
  console.error = () => {};
  try {
    assert.match((await rejection(generate(model, 'gpt', gptFacts))).message, /edit .*add of transformer\.h\.0\.mlp/);
  } finally {
    console.error = error;
  }
  handle.remove();
  assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens);
  await model.dispose();
});

test('a hook that throws fails the pipeline, which goes on afterwards', async () => {
  const { model: classify, net } = await wrapped(() => loadBert());
  const handle = net.getSubmodule('bert.encoder.layer.0').registerForwardHook(() => {
    throw new Error('on purpose');
  });
  const { error } = console;
  console.error = () => {};
  try {
    const { message } = await rejection(Promise.resolve(classify('the cat')));
    assert.match(message, /on purpose/);
  } finally {
    console.error = error;
  }
  handle.remove();
  assert.is(((await classify('the cat')) as object[]).length, 1);
  await classify.dispose();
});

test('a feed on a device that the sessions do not run on is refused', async () => {
  const { model, net } = await wrapped(() => loadGpt());
  net.getSubmodule('transformer.h.0').observe(() => {});
  const session = net.session('model');
  const feeds = session.inputNames.map((name) => {
    const type = name.startsWith('past') ? 'float32' : 'int64';
    return [name, { type, dims: [1, 1], location: 'gpu-buffer' }] as const;
  });
  const { message } = await rejection(session(Object.fromEntries(feeds) as never));
  assert.match(
    message,
    /the feed "input_ids" is on a device that the model does not run on\n.*gpu-buffer; .*(cpu|wasm)/,
  );
  await model.dispose();
});

const isPage = 'document' in globalThis;
/** Set by pages, test/browser/transformers.mjs: whether stack traces go on behind an `await`. */
const { asyncStacks = true } =
  (globalThis as { transformersTestPage?: { asyncStacks: boolean } }).transformersTestPage ?? {};

/** A promise, and the function that fulfills it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

for (const [what, wait] of [
  ['at once', () => undefined],
  ['after it has waited', () => new Promise((resolve) => setTimeout(resolve))],
] as const) {
  // Elsewhere both wait for ever.
  if (what !== 'at once' && !asyncStacks) continue;
  test(`a run that a hook starts ${what} is refused in a page, where it would wait for the hook; else it runs`, async () => {
    const { model, net } = await wrapped(() => loadGpt());
    const { model: classify } = await wrapped(() => loadBert());
    // Awaited before: a tokenizer is loaded first.
    const inputs = await tokenize('gpt', gptFacts.text);
    const starts: Record<string, () => Promise<unknown>> = {
      'the same model': async () => model.generate({ ...inputs, max_new_tokens: 1, do_sample: false }),
      'another model': async () => classify('the cat'),
    };
    const { error } = console;
    console.error = () => {};
    try {
      for (const [which, start] of Object.entries(starts)) {
        let nested: unknown;
        const handle = net.getSubmodule('transformer.h.0').registerForwardHook(async () => {
          if (nested !== undefined) return;
          nested = 'waiting';
          const waiting = wait();
          if (waiting !== undefined) await waiting;
          nested = await start().catch((cause: Error) => cause.message);
        });
        assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens);
        if (isPage)
          assert.match(String(nested), /^a run of transformers\.js cannot be started inside a hook in a page/, which);
        else assert.is(typeof nested, 'object', which);
        handle.remove();
      }
    } finally {
      console.error = error;
    }
    assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens);
    await model.dispose();
    await classify.dispose();
  });
}

test('a hook may run a session itself, and runs that others start while it waits are not refused', async () => {
  const { model: classify, net } = await wrapped(() => loadBert());
  const { input_ids, attention_mask } = (await tokenize('bert', bertFacts.text)) as Record<
    string,
    { readonly ort_tensor: ort.Tensor }
  >;
  const { dims, size } = input_ids!.ort_tensor;
  const feeds = {
    input_ids: input_ids!.ort_tensor,
    attention_mask: attention_mask!.ort_tensor,
    token_type_ids: new ort.Tensor('int64', new BigInt64Array(size), dims),
  };
  const [begun, allowed] = [gate(), gate()];
  let inner: Record<string, ort.Tensor> | undefined;
  let calls = 0;
  const handle = net.getSubmodule('classifier').registerForwardHook(async () => {
    if (calls++ > 0) return;
    begun.open();
    await allowed.opened;
    inner = await net.session('model')(feeds);
  });
  const first = logitsOf(classify, bertFacts);
  await begun.opened;
  const second = logitsOf(classify, bertFacts);
  allowed.open();
  for (const logits of [await first, await second, inner!.logits!]) {
    assert.ok(difference(logits, bertFacts.logits) <= 1e-6);
  }
  assert.is(calls, 3);
  handle.remove();
  await classify.dispose();
});

test.run();
