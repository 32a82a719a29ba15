// Sources that are no ONNX model, damaged files and wrong arguments: each error says what came.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, type OnnxSource, readOnnx, wrapOnnx } from '../../../adapters/onnx/index.ts';
import { rejection } from '../../fixtures/rejection.ts';
import { bytesOf, EXPORTERS, factsOf, feedsOf, floats, NAMES, sessionOf } from './load.ts';

const text = (words: string) => new TextEncoder().encode(words);

for (const [what, source, message] of [
  ['nothing', undefined, /the source must be the bytes of an \.onnx file, its URL .*, got undefined/],
  ['a number', 7, /got the number 7/],
  ['no bytes', new Uint8Array(0), /got: no bytes/],
  ['a page that says 404', text('<!DOCTYPE html><title>404'), /which begin as the string "<!DOCTYPE html>/],
  ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1\n'), /begin as the string "version https:/],
  ['a safetensors file', text(`${'\x40\0\0\0\0\0\0\0'}{"w":{"dtype":"F32"}}`), /an ONNX model/],
  ['a file in the ORT format', text('\x20\0\0\0ORTM and more'), /ORT format.*\n.*\.onnx file/],
  ['a path without a file', '/nowhere/model.onnx', /got: \/nowhere\/model\.onnx/],
  ['a model with functions', bytesOf('graphs/function'), /functions of its own \(Twice\).*\n.*inliner/],
  ['a cycle', bytesOf('graphs/circle'), /wait for each other\n.*a, b, y/],
  ['a graph with two nodes for one value', bytesOf('graphs/doubled'), /two of its nodes or weights give "y"/],
] as const) {
  test(`${what} is refused, and the error says what came`, async () => {
    assert.match((await rejection(readOnnx(source as OnnxSource))).message, message);
    const error = await rejection(createOnnx(ort, source as OnnxSource));
    assert.match(error.message, message);
    assert.match(error.message, /^createOnnx\(\): /);
  });
}

test('a model given as bytes whose weights are in another file asks for externalData', async () => {
  const seen: number[][] = [];
  const bytes = bytesOf('graphs/outside');
  const { message } = await rejection(createOnnx(ort, bytes));
  assert.match(message, /weights of the model are in another file, "outside\.bin"/);
  const data = new Uint8Array(Float32Array.of(3, 4).buffer);
  const given = await createOnnx(ort, bytes, { sessionOptions: { externalData: [{ path: 'outside.bin', data }] } });
  given.getSubmodule('scale').observe(({ output }) => seen.push([...(output.data as Float32Array)]));
  await given({ x: floats(1, 2) });
  assert.equal(seen, [[3, 8]]);
  await given.release();
});

test('a wrong runtime, session, option, or source of another model is a TypeError', async () => {
  const bytes = bytesOf('graphs/twice');
  const session = await sessionOf(bytes);
  for (const [promise, message] of [
    [createOnnx({} as never, bytes), /must be ort.*, got an? Object/i],
    [createOnnx(undefined as never, bytes), /must be ort.*, got undefined/],
    [
      createOnnx(ort, bytes, { sessionOption: {} } as never),
      /unknown option "sessionOption"; the options are sessionOptions/,
    ],
    [createOnnx(ort, bytes, null as never), /options must be an object, got null/],
    [wrapOnnx({} as never, bytes), /must be an InferenceSession of ONNX Runtime, got an? Object/i],
    [wrapOnnx(null as never, bytes), /must be an InferenceSession.*, got null/],
    [wrapOnnx(session, bytesOf('encoder.legacy')), /not what the session was created from\n.*logits, positive\n.*: y/],
  ] as const) {
    const error = await rejection(promise);
    assert.instance(error, TypeError);
    assert.match(error.message, message);
  }
});

test('a model that ONNX Runtime refuses can be read, and its runs reject with ONNX Runtime’s error', async () => {
  for (const name of ['graphs/unknown-op', 'graphs/untyped-input', 'graphs/opset99']) {
    const expected = await rejection(sessionOf(bytesOf(name)));
    const net = await createOnnx(ort, bytesOf(name));
    assert.is((await rejection(net({ x: floats(1) }))).message, expected.message);
    net.value('h').observe(() => {});
    const { message } = await rejection(net.prepare());
    assert.match(message, /^the session that the hooks need cannot be created\n {2}hooks: observer \(anonymous\) of /);
    assert.is((await rejection(net({ x: floats(1) }))).message, expected.message);
    await net.release();
  }
});

test('wrong feeds are refused before the run, with what came and what the model takes', async () => {
  const { mask, ids } = feedsOf(factsOf('encoder'));
  const bytes = bytesOf('encoder.dynamo');
  const session = await sessionOf(bytes);
  const wrapped = await wrapOnnx(session, bytes);
  const hooked = await createOnnx(ort, bytes);
  const fired: string[] = [];
  for (const net of [wrapped, hooked]) {
    net.getSubmodule('head').registerForwardHook(() => {
      fired.push('head');
    });
  }
  const unhooked = await createOnnx(ort, bytes);
  const numbers = new ort.Tensor('float32', new Float32Array(10), [2, 5]);
  const expected = '\n  expected: ids int64 [2, 5]; mask bool [2, 5]';
  for (const [feeds, message] of [
    [undefined, ': the feeds must be tensors by input name\n  got: undefined'],
    [ids, ': the feeds must be tensors by input name\n  got: a tensor, int64 [2, 5]'],
    [[ids, mask], ': the feeds must be tensors by input name\n  got: an array of length 2'],
    [{}, ': the feed "ids" is missing\n  got: no feeds'],
    [{ ids, masks: mask }, ': the feed "mask" is missing\n  got: ids int64 [2, 5]; masks bool [2, 5]'],
    [{ ids: numbers, mask }, ': the feed "ids" is of another type\n  got: ids float32 [2, 5]; mask bool [2, 5]'],
    [{ ids, mask: [true] }, ': the feed "mask" must be a tensor\n  got: ids int64 [2, 5]; mask, an array of length 1'],
    [{ ids, mask: null }, ': the feed "mask" must be a tensor\n  got: ids int64 [2, 5]; mask, null'],
  ] as const) {
    for (const run of [session.run.bind(session), hooked, unhooked]) {
      const error = await rejection(run(feeds as never));
      assert.instance(error, TypeError);
      assert.is(error.message.replace(/^OnnxModel\(\d+ nodes\)/, ''), message + expected);
    }
  }
  assert.equal(fired, []);
  // Of one more the runtime decides: that of Node takes it, that of pages does not.
  const plain = await sessionOf(bytes);
  const more = { ids, mask, more: mask } as never;
  const refusal = await plain.run(more).then(() => undefined, String);
  for (const run of [session.run.bind(session), hooked, unhooked]) {
    assert.is(await run(more).then(() => undefined, String), refusal);
  }
  assert.equal(fired, refusal === undefined ? ['head', 'head'] : []);
  await plain.release();
  for (const net of [wrapped, hooked, unhooked]) await net.release();
  await session.release();
});

test('a name that no module and no value has is an error that offers the nearest names', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/types'));
  assert.throws(
    () => net.getSubmodule('to_flaot16'),
    /^getSubmodule\(\): no module "to_flaot16"\n {2}nearest: to_float16, .*\n {2}modules that compute nothing/,
  );
  assert.throws(() => net.getSubmodule(3 as never), /^getSubmodule\(\): the path must be a string, got the number 3$/);
  assert.throws(() => net.value(undefined as never), /^value\(\): the name must be a string, got undefined$/);
  assert.throws(() => net.value('flaot64'), /no node gives "flaot64"\n.*no such value.*\n {2}nearest: float64, /);
});

test('a path without what is around it offers the whole path, and one inside a module the paths there', async () => {
  const net = await createOnnx(ort, bytesOf('encoder.legacy'));
  assert.throws(() => net.getSubmodule('layers.1.norm1'), /\n {2}nearest: encoder\.layers\.1\.norm1, /);
  const layer = net.getSubmodule('encoder.layers.0');
  assert.throws(() => layer.getSubmodule('nrm1'), /\n {2}got: the path "nrm1" under OnnxModule\n {2}nearest: norm1, /);
});

test('two nodes of the same name are read, and refused by ONNX Runtime', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/names'));
  const refusal = /two nodes with same node name \(same\)/;
  assert.match((await rejection(net({ x: floats(1) }))).message, refusal);
  net.getSubmodule('nameless:0').observe(() => {});
  const { message } = await rejection(net({ x: floats(1) }));
  assert.match(message, refusal);
  assert.match(message, /hooks: observer \(anonymous\) of nameless:0\n/);
  await net.release();
});

/** Reads damaged bytes as a tree, or rejects with a TypeError of ours. */
async function readDamaged(bytes: Uint8Array): Promise<void> {
  try {
    for (const _entry of (await readOnnx(bytes)).namedModules());
  } catch (error) {
    assert.instance(error, TypeError);
    assert.match((error as Error).message, /^readOnnx\(\): /);
  }
}

const small = NAMES.filter((name) => name !== 'encoder').flatMap((name) => EXPORTERS.map((by) => `${name}.${by}`));

test('a truncated file is read, or refused with a TypeError, whatever its length', async () => {
  for (const name of ['mlp.dynamo', 'graphs/branches', 'graphs/split']) {
    const bytes = bytesOf(name);
    for (let length = 0; length < bytes.length; length++) await readDamaged(bytes.slice(0, length));
  }
});

test('a file with flipped bits is read, or refused with a TypeError', async () => {
  let state = 1;
  const random = (below: number) => {
    // Lehmer, 1951.
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
  for (const name of [...small, 'graphs/branches', 'graphs/types', 'graphs/names']) {
    const bytes = bytesOf(name);
    for (let i = 0; i < 150; i++) {
      const damaged = bytes.slice();
      for (let change = 0; change <= random(3); change++) damaged[random(bytes.length)]! ^= 1 << random(8);
      await readDamaged(damaged);
    }
  }
});

test('a length beyond the end of the file, and graphs nested too deep, are refused', async () => {
  const claims = Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f);
  assert.match((await rejection(readOnnx(claims))).message, /claims \d+ bytes, and 0 are left/);
  // graph { node { attribute { g { node { … } } } } }
  let inner = Uint8Array.of();
  const wrap = (field: number) => {
    const length = [];
    for (let rest = inner.length; ; rest >>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    inner = Uint8Array.of(field * 8 + 2, ...length, ...inner);
  };
  for (let depth = 0; depth < 300; depth++) for (const field of [6, 5, 1]) wrap(field);
  wrap(7);
  assert.match((await rejection(readOnnx(inner))).message, /graphs are more than 64 deep in each other/);
});

test('a name that is thousands of modules deep is taken for the name of a node', async () => {
  const name = `${'/a'.repeat(5000)}/Relu`;
  const bytes = text(name);
  const field = (number: number, content: Uint8Array) =>
    Uint8Array.from([number * 8 + 2, (content.length & 127) | 128, content.length >> 7, ...content]);
  const node = Uint8Array.from([
    ...field(1, text('x')),
    ...field(2, text('y')),
    ...field(3, bytes),
    ...field(4, text('Relu')),
  ]);
  const graph = Uint8Array.from([...field(1, node), ...field(12, field(1, text('y')))]);
  const net = await readOnnx(field(7, graph));
  assert.equal(
    [...net.namedModules()].map(([path]) => path.length),
    [0, name.length],
  );
});

test.run();
