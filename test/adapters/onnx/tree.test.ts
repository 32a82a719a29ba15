// The tree of an ONNX file: its modules and nodes, their names, and errors for those that are not in it.
import ort from 'onnxruntime-node';
import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, OnnxModule, OnnxNode, ofOp, readOnnx } from '../../../adapters/onnx/index.ts';
import { select } from '../../../src/index.ts';
import { bytesOf, EXPORTERS, factsOf, feedsOf, pathOf } from './load.ts';

const pathsOf = (selection: Iterable<readonly [string, unknown]>) => [...selection].map(([path]) => path);

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

for (const exporter of EXPORTERS) {
  test(`${exporter}: modules are selected by glob and class, nodes by op`, async () => {
    const net = await readOnnx(bytesOf(`encoder.${exporter}`));
    assert.equal(pathsOf(select(net, 'encoder.layers.*.self_attn')), [
      'encoder.layers.0.self_attn',
      'encoder.layers.1.self_attn',
    ]);
    const softmax = select(net, ofOp('Softmax'));
    assert.is(softmax.size, 2);
    for (const [path, node] of softmax) {
      assert.is(node.op, 'Softmax');
      assert.match(path, /^encoder\.layers\.\d\.self_attn\.[^.]+$/);
    }
    assert.ok(select(net, OnnxModule).size < select(net, OnnxNode).size);
    assert.throws(() => select(net, 'encoder.layer.*'), /nearest: encoder\.layers/);
    assert.throws(
      () => select(net, ofOp('Sofmax', 'Attention')),
      /^ofOp\(\): no node of OnnxModel\(\d+ nodes\) computes Sofmax or Attention\n {2}nearest: Softmax, /,
    );
    const layer = net.getSubmodule('encoder.layers.0.linear1');
    assert.throws(
      () => select(layer, ofOp('Softmax')),
      /no node of .*\(encoder\.layers\.0\.linear1\) computes Softmax/,
    );
  });

  test(`${exporter}: a ModuleList is in the tree and never called, as in PyTorch`, async () => {
    const net = await createOnnx(ort, bytesOf(`cnn.${exporter}`));
    assert.equal(
      [...net.getSubmodule('blocks').namedChildren()].map(([name]) => name),
      ['0', '1'],
    );
    const fired: string[] = [];
    net.getSubmodule('blocks').observe(({ path }) => fired.push(path));
    net.getSubmodule('head').observe(() => fired.push('head'));
    await net(feedsOf(factsOf('cnn')));
    assert.equal(fired, ['head']);
    assert.is(explain(net).registrations[0]!.why, 'it holds modules, and is never called itself');
    await net.release();
  });

  test(`${exporter}: a value leads to its node`, async () => {
    const net = await readOnnx(bytesOf(`mlp.${exporter}`));
    const node = net.value('y');
    assert.ok(node instanceof OnnxNode);
    assert.is(node.op, 'Gemm');
    assert.match(node.path, /^fc3\./);
    assert.equal(node.values, ['y']);
    assert.match(
      messageOf(() => net.value('x')),
      /"x"\n.*an input of the model/,
    );
    assert.match(
      messageOf(() => net.value('fc1.weight')),
      /"fc1\.weight"\n.*a weight/,
    );
  });
}

test('the error for a module that the exporter folded away names the one that holds it', async () => {
  const legacy = await readOnnx(bytesOf('cnn.legacy'));
  assert.is(
    legacy.getSubmodule('blocks.0.conv1').note,
    '"blocks.0.conv1" gives what the BatchNorm after it gave: the exporter folded the two into one',
  );
  assert.is(legacy.getSubmodule('blocks.0.conv2').note, undefined);
  assert.is(
    messageOf(() => legacy.getSubmodule('blocks.0.bn1')),
    'getSubmodule(): no module "blocks.0.bn1"\n' +
      '  nearest: blocks.0.conv1, blocks.0.act, blocks.0.Add, blocks.0, blocks.0.conv2\n' +
      '  modules that compute nothing (Dropout, Identity), or that an exporter has folded into others, leave nothing in a file',
  );
  const dynamo = await readOnnx(bytesOf('cnn.dynamo'));
  assert.match(
    messageOf(() => dynamo.getSubmodule('blocks.1.conv1')),
    /^getSubmodule\(\): no module "blocks\.1\.conv1"\n {2}nearest: blocks\.1\.conv2, .*\n {2}its weights are read in "blocks\.1\.bn1": the exporter has merged the two, and that gives what both give$/,
  );
  assert.match(dynamo.getSubmodule('blocks.1.bn1').note!, /together with the Conv before it/);
});

test('in a file without modules, paths are names of nodes; a nameless node has the name of its value', async () => {
  const net = await readOnnx(bytesOf('graphs/names'));
  const paths = ['model/dense/Abs', 'model/dense/v1.0/Neg', 'nameless:0', 'same', 'same_1'];
  assert.equal(
    [...net.namedModules()].map(([path]) => path),
    ['', ...paths],
  );
  // A dot inside the name of a node separates no names.
  assert.equal(pathsOf(select(net, '*')), paths);
  for (const path of paths) assert.is(net.getSubmodule(path).path, path);
  assert.equal(
    paths.map((path) => String(net.getSubmodule(path))),
    ['Abs(model/dense/Abs)', 'Neg(model/dense/v1.0/Neg)', 'Relu(nameless:0)', 'Exp(same)', 'Sqrt(same_1)'],
  );
});

test('nodes inside an If or a Loop are in the tree; those in a Loop take no function', async () => {
  const net = await createOnnx(ort, bytesOf('graphs/branches'));
  const paths = pathsOf(select(net, '*'));
  assert.equal(paths, ['abs', 'sum', 'positive', 'choose', 'repeat', 'in_else', 'in_then', 'in_loop', 'goes_on']);
  const why = 'where the runtime calls no functions: register an edit or an observer there, or hook the Loop';
  for (const register of [
    () => net.getSubmodule('in_loop').registerForwardHook(() => {}),
    () => net.getSubmodule('in_loop').registerForwardPreHook(() => {}),
    () => net.getSubmodule('in_loop').transform(map((output) => output)),
  ]) {
    assert.is(messageOf(register), `in_loop takes no hook: it is inside the Loop "repeat", ${why}`);
  }
});

test('nodes are in the order of computing, whatever their order in the file', async () => {
  const net = await readOnnx(bytesOf('graphs/unsorted'));
  assert.equal(pathsOf(select(net, '*')), ['first', 'last']);
});

test('a model that was only read takes no hooks and does not run', async () => {
  const net = await readOnnx(pathOf('mlp.legacy'));
  const expected = 'the model was only read, and no session runs it: use createOnnx or wrapOnnx';
  for (const module of [net, net.getSubmodule('fc1'), net.value('y')]) {
    assert.is(
      messageOf(() => module.observe(() => {})),
      expected,
    );
    assert.is(
      messageOf(() => module.registerForwardHook(() => {})),
      expected,
    );
  }
  try {
    await net({});
    assert.unreachable();
  } catch (error) {
    assert.ok((error as Error).message.endsWith(expected));
  }
});

test('weights are no part of the tree', async () => {
  const net = await readOnnx(bytesOf('graphs/large'));
  assert.equal(pathsOf(select(net, '*')), ['project', 'relu', 'back']);
});

test.run();
