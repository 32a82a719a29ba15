// The modules below a model, and their names.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { ofClass, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { Hookable, Module, select } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import { graph, input, op } from './graphs.ts';
import * as models from './models.ts';
import { numbers } from './tensors.ts';

const { layers } = tf;
const dense = (name: string) => layers.dense({ units: 2, name, kernelInitializer: 'ones' });

/** A custom layer with layers wherever the core looks for modules, and in some places where it does not. */
class Heads extends layers.Layer {
  static readonly className: string = 'Heads';
  readonly heads: Record<string, unknown> = { left: dense('left'), deeper: { right: dense('right') } };
  readonly list: unknown[] = [dense('first'), [dense('second')], { third: dense('third') }];
  readonly bare: object = Object.assign(Object.create(null), { one: dense('bare') });
  readonly field: tf.layers.Layer = dense('field');
  readonly map: Map<string, unknown> = new Map([['hidden', dense('hidden')]]);
  readonly input0: tf.layers.Layer = layers.inputLayer({ inputShape: [2] });
  readonly cyclic: unknown[] = [];
  readonly #hidden: tf.layers.Layer = dense('private');
  constructor(name: string) {
    super({ name });
    this.cyclic.push(this.cyclic);
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const left = this.heads.left as tf.layers.Layer;
    return tf.tidy(() => (left.apply(x) as tf.Tensor).add(this.#hidden.apply(x) as tf.Tensor));
  }
}

/** The same, as a module of the core. */
class CoreHeads extends Module {
  override forward(): void {}
}

const paths = (all: Iterable<readonly [string, unknown]>) => [...all].map(([path]) => path);

onEachBackend('the tree', (test) => {
  test('layers in fields, arrays and plain objects are found and named as modules of the core are', () => {
    const heads = new Heads('two');
    const model = tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [2], name: 'in' }), heads] });
    const net = wrapTfjs(tf, model);
    const found = paths(select(net, '**'));
    assert.equal(found, [
      'in',
      'two',
      'two.heads.left',
      'two.heads.deeper.right',
      'two.list.0',
      'two.list.1.0',
      'two.list.2.third',
      'two.bare.one',
      'two.field',
    ]);
    assert.is(net.getSubmodule('two.heads.left').layer, heads.heads.left);
    // The expected names are the core's, for modules in the same structure.
    const core = new CoreHeads();
    const module = (value: unknown): unknown => {
      if (value instanceof layers.Layer) return value.getClassName() === 'InputLayer' ? undefined : new CoreHeads();
      if (value === heads.cyclic || value instanceof Map) return value;
      if (Array.isArray(value)) return value.map(module);
      return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, module(one)]));
    };
    for (const key of ['heads', 'list', 'bare', 'field', 'map', 'input0', 'cyclic'] as const) {
      Object.assign(core, { [key]: module(heads[key]) });
    }
    assert.equal(
      found.filter((path) => path.startsWith('two.')).map((path) => path.slice(4)),
      paths(core.namedChildren()),
    );
    const shapes: string[] = [];
    select(net, 'two.heads.*').observe(({ path, output }) => shapes.push(`${path} ${(output as tf.Tensor).shape}`));
    model.predict(numbers([3, 2]));
    assert.equal(shapes, ['two.heads.left 3,2']);
  });

  test('a layer that would hide a method is an error, as in the core', () => {
    class Clumsy extends layers.Layer {
      static readonly className: string = 'Clumsy';
      attend(): void {}
    }
    const layer = new Clumsy({});
    Object.assign(layer, { attend: dense('attend') });
    assert.throws(() => [...wrapTfjs(tf, layer).namedChildren()], /Clumsy.attend hides the method attend\(\)/);
  });

  test('namedModules, modules and children of layers, models and graphs', () => {
    const inner = models.dense(2, 2);
    const shared = dense('shared');
    const at = tf.input({ shape: [2] });
    const first = shared.apply(at) as tf.SymbolicTensor;
    const twice = shared.apply(inner.apply(first) as tf.SymbolicTensor) as tf.SymbolicTensor;
    const net = wrapTfjs(tf, tf.model({ inputs: at, outputs: twice }));
    const expected = ['', 'shared', inner.name, `${inner.name}.dense_0`];
    assert.equal(paths(net.namedModules()), expected);
    assert.equal(
      [...net.modules()],
      expected.map((path) => net.getSubmodule(path)),
    );
    assert.equal([...net.children()].map(String), ['Dense(shared)', `Sequential(${inner.name})`]);
    for (const module of net.modules()) assert.instance(module, Hookable);
    const nodes = wrapTfjs(tf, graph([input(-1), op('a', 'Relu', 'x'), op('b', 'Neg', 'a')], ['b']));
    assert.equal(paths(nodes.namedModules()), ['', 'a', 'b']);
    assert.equal([...nodes.children()].map(String), ['Relu(a)', 'Neg(b)']);
    assert.is(nodes.getSubmodule(''), nodes);
  });

  test('names with dots are one name, for globs too', () => {
    const model = tf.sequential({
      layers: [layers.dense({ units: 2, inputShape: [2], name: 'conv.1' }), dense('conv.2'), dense('fc')],
    });
    const net = wrapTfjs(tf, model);
    assert.equal(paths(select(net, '*')), ['conv.1', 'conv.2', 'fc']);
    assert.equal(paths(select(net, 'conv.*')), ['conv.1', 'conv.2']);
    assert.equal(paths(select(net, 'conv.2')), ['conv.2']);
    assert.is(String(net.getSubmodule('conv.1')), 'Dense(conv.1)');
    const nested = tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [2], name: 'a' }), dense('a.b')] });
    assert.is(String(wrapTfjs(tf, nested).getSubmodule('a.b')), 'Dense(a.b)', 'not b of a');
    const two = tf.sequential({ layers: [models.dense(2, 2), dense('fc')] });
    const inner = two.layers[0]!;
    inner.name = 'a';
    (inner as tf.Sequential).layers[0]!.name = 'b';
    two.layers[1]!.name = 'a.b';
    assert.throws(() => wrapTfjs(tf, two).getSubmodule('a.b'), /two modules of .* have the path "a.b"/);
    assert.throws(() => wrapTfjs(tf, two).getSubmodule('a.c'), /has no layer "a.c"\n {2}its layers: a, a.b/);
    assert.throws(() => wrapTfjs(tf, two).getSubmodule(7 as never), TypeError);
    // A layer in a property's object or array has two names, as in the core.
    const heads = wrapTfjs(
      tf,
      tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [2] }), new Heads('two')] }),
    );
    assert.equal(paths(select(heads, 'two.*')), ['two.field']);
    assert.equal(paths(select(heads, 'two.*.*')), ['two.heads.left', 'two.list.0', 'two.bare.one']);
    const nodes = wrapTfjs(
      tf,
      graph([input(-1), op('block/a.b', 'Relu', 'x'), op('end', 'Neg', 'block/a.b')], ['end']),
    );
    assert.equal(paths(select(nodes, '*')), ['block/a.b', 'end']);
    assert.equal(paths(select(nodes, 'block/*')), ['block/a.b']);
    assert.equal(paths(select(nodes, '**')), ['block/a.b', 'end']);
    assert.is(String(nodes.getSubmodule('block/a.b')), 'Relu(block/a.b)');
  });

  test('ofClass() finds layers by the names of their classes, and no nodes', () => {
    const net = wrapTfjs(tf, models.convolutional());
    assert.equal(paths(select(net, ofClass('Conv2D', 'Dense'))), ['conv', 'dense']);
    const nodes = wrapTfjs(tf, graph([input(-1), op('a', 'Relu', 'x')], ['a']));
    assert.throws(() => select(nodes, ofClass('Relu')), /nothing in .* matches/);
  });
});
