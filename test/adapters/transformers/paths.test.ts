// The tree of a wrapped model: sessions, and what is inside them.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, OnnxModel } from '../../../adapters/onnx/index.ts';
import { TransformersModel } from '../../../adapters/transformers/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { listHooks, select } from '../../../src/index.ts';
import { bytesOf, sessionOf } from '../onnx/load.ts';
import { bertFacts, loadBert, loadT5, wrapped } from './load.ts';

test('paths begin with the name of the session, which may be left out where it is clear', async () => {
  const { model, net } = await wrapped(loadT5);
  assert.equal(
    [...net.namedChildren()].map(([name]) => name),
    ['model', 'decoder_model_merged'],
  );
  assert.is(String(net), 'TransformersModel(model, decoder_model_merged)');
  assert.is(net.getSubmodule(''), net);
  assert.is(net.getSubmodule('model') as unknown, net.session('model'));
  assert.instance(net.session('decoder_model_merged'), OnnxModel);
  const block = net.getSubmodule('model.encoder.block.1');
  assert.is(net.getSubmodule('encoder.block.1'), block);
  assert.is(net.session('model').getSubmodule('encoder.block.1'), block);
  assert.is(net.getSubmodule('lm_head'), net.getSubmodule('decoder_model_merged.lm_head'));
  await model.dispose();
});

test('two sessions may have the same paths, and a session the name of a module', async () => {
  const bytes = bytesOf('graphs/hidden');
  const { model, net } = await wrapped(async () => ({
    sessions: { double: await sessionOf(bytes), other: await sessionOf(bytes) },
  }));
  assert.is(net.getSubmodule('double') as unknown, net.session('double'));
  assert.is(net.getSubmodule('double.double'), net.session('double').getSubmodule('double'));
  assert.throws(
    () => net.getSubmodule('neg'),
    /^getSubmodule\(\): "neg" is in several sessions: double\.neg, other\.neg$/,
  );
  await net.release();
  await Promise.all(Object.values(model.sessions).map((session) => session.release()));
});

test('a wrong path gives the nearest ones, or says what the exporter has made of a module', async () => {
  const { model, net } = await wrapped(loadT5);
  assert.throws(
    () => net.getSubmodule('encodr.block.1'),
    /no module "encodr\.block\.1"\n {2}nearest: .*model\.encoder\.block\.1/,
  );
  assert.throws(
    () => net.getSubmodule('model.encoder.dropout'),
    /no module "encoder\.dropout"\n.*\n.*Dropout, Identity/,
  );
  assert.throws(() => net.getSubmodule(3 as never), /^getSubmodule\(\): the path must be a string, got the number 3$/);
  assert.throws(() => net.session('decoder'), /no session "decoder"\n {2}sessions: model, decoder_model_merged/);
  assert.throws(() => select(net, 'model.encoder.blocks.*'), /nearest.*model\.encoder\.block/s);
  await model.dispose();
  const bert = await wrapped(loadBert);
  assert.throws(() => bert.net.getSubmodule('bert.encoder.layers.0'), /\n {2}nearest: bert\.encoder\.layer\.0, /);
  await bert.model.dispose();
});

test('the root takes no hooks and no calls, and says where they belong', async () => {
  const { model, net } = await wrapped(loadBert);
  const why = /transformers\.js runs the sessions one by one: register on model, or inside/;
  for (const register of [
    () => net.observe(() => {}),
    () => net.registerForwardHook(() => {}),
    () => net.registerForwardPreHook(() => {}),
    () => registerEdit(net, { scale: 2 }),
  ]) {
    assert.throws(register, why);
  }
  assert.equal(listHooks(net), []);
  try {
    await net();
    assert.unreachable();
  } catch (error) {
    assert.match(
      (error as Error).message,
      /^TransformersModel\(model\) cannot be called: call the pipeline or the model/,
    );
  }
  await model.dispose();
});

test('explain() and listHooks() give paths from the root', async () => {
  const { model: classify, net } = await wrapped(loadBert);
  registerEdit(net.getSubmodule('bert.encoder.layer.0'), { scale: 0.5 });
  net.getSubmodule('bert.encoder').observe(() => {});
  net.session('model').observe(() => {});
  await classify(bertFacts.text);
  const { registrations, sessions, bytes } = explain(net);
  assert.equal(
    registrations.map(({ path, kind, way }) => [path, kind, way]),
    [
      ['model', 'observer', 'read'],
      ['model.bert.encoder', 'observer', 'declare'],
      ['model.bert.encoder.layer.0', 'edit', 'compile'],
    ],
  );
  assert.is(sessions, 1);
  assert.is(bytes, explain(net.session('model')).bytes);
  assert.equal(
    listHooks(net).map(({ path, calls }) => [path, calls]),
    [
      ['model', 1],
      ['model.bert.encoder', 1],
      ['model.bert.encoder.layer.0', 1],
    ],
  );
  await classify.dispose();
  assert.equal(explain(net).sessions, 0);
  assert.instance(net, TransformersModel);
});

test.run();
