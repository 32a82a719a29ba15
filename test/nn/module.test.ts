import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  type Hookable,
  Identity,
  Linear,
  listHooks,
  Module,
  ModuleDict,
  ModuleList,
  ones,
  Parameter,
  ReLU,
  removeAllHooks,
  Sequential,
  select,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { firstLine, pytorchError } from '../fixtures/errors.ts';
import { fixtureJson } from '../fixtures/fixture.ts';
import { Digits, TWINS } from '../fixtures/modules.ts';

const two = () => new Sequential(new Linear(2, 3), new Linear(3, 1));

interface ModuleCase {
  name: string;
  repr: string;
  stateDict: string[];
  namedModules: string[];
  namedChildren: string[];
  namedParameters: string[];
}

const CASES = fixtureJson<ModuleCase[]>('pytorch/modules.json');

test('every module of the fixture has a twin here, and vice versa', () => {
  assert.equal(Object.keys(TWINS).sort(), CASES.map(({ name }) => name).sort());
});

for (const expected of CASES) {
  test(`${expected.name}: repr, state-dict keys and names are PyTorch's to the letter`, () => {
    const module = TWINS[expected.name]!();
    assert.is(String(module), expected.repr);
    assert.equal([...module.stateDict().keys()], expected.stateDict);
    assert.equal(
      [...module.namedModules()].map(([path]) => path),
      expected.namedModules,
    );
    assert.equal(
      [...module.namedParameters()].map(([path]) => path),
      expected.namedParameters,
    );
    // PyTorch's named_children omits repeated modules; namedChildren() has them, children() does not.
    assert.is([...module.children()].length, expected.namedChildren.length);
    const names = [...module.namedChildren()].map(([name]) => name);
    assert.equal(
      names.filter((name) => expected.namedChildren.includes(name)),
      expected.namedChildren,
    );
  });
}

class Held extends Module {
  layers = [new Linear(2, 2), [new ReLU()]];
  heads = { left: new Linear(2, 1), deeper: { right: new ReLU() } };
  plain = { numbers: [1, 2, 3], nothing: null };
  date = new Date(0);
  override name = 'a name';
  override length = 3;
  override forward(x: Tensor): Tensor {
    return x;
  }
}

test('namedChildren() finds modules in arrays and plain objects, and getSubmodule() finds them by path', () => {
  const held = new Held();
  const names = ['layers.0', 'layers.1.0', 'heads.left', 'heads.deeper.right'];
  assert.equal(
    [...held.namedChildren()].map(([name]) => name),
    names,
  );
  assert.is(held.getSubmodule('layers.1.0'), (held.layers[1] as ReLU[])[0]);
  assert.is(held.getSubmodule('heads.deeper.right'), held.heads.deeper.right);
  assert.is(held.getSubmodule(''), held);
  assert.throws(
    () => held.getSubmodule('layers.7'),
    /^Array has no attribute `7`\n {2}got: the path "layers\.7" under Held/,
  );
  assert.throws(() => held.getSubmodule(3 as never), /^getSubmodule\(\): the path must be a string, got the number 3$/);
  assert.throws(() => held.getSubmodule('heads'), /`heads` is not an nn.Module/);
});

test('getSubmodule() follows paths through a ModuleDict, and says where they end', () => {
  const net = new Sequential(new ModuleDict({ conv: new Sequential(new ReLU()) }));
  assert.is(net.getSubmodule('0.conv.0'), net[0]!.getSubmodule('conv').getSubmodule('0'));
  assert.throws(
    () => net.getSubmodule('0.conv.1'),
    /^Sequential has no attribute `1`\n {2}got: the path "0\.conv\.1" under Sequential\n {2}nearest: 0\.conv\.0, 0\.conv, 0$/,
  );
  assert.throws(() => net.getSubmodule('0.pool'), /^ModuleDict has no attribute `pool`/);
});

test('getSubmodule() offers the nearest paths below the module that it was called on', () => {
  const held = new Held();
  assert.throws(() => held.getSubmodule('layer.0'), /^Held has no attribute `layer`\n.*\n {2}nearest: layers\.0, /);
  assert.throws(() => held.getSubmodule('right'), /under Held\n {2}nearest: heads\.deeper\.right, /);
  assert.throws(() => held.getSubmodule('date'), /^`date` is not an nn\.Module\n.*\n.*Date\n {2}nearest: /);
  assert.throws(() => new ReLU().getSubmodule('x'), /under ReLU$/);
});

test('getSubmodule() of a wrong path in a tree that contains itself says that the path is wrong', () => {
  class Looped extends Module {
    fc = new Linear(1, 1);
    self: Module = this;
  }
  assert.throws(() => new Looped().getSubmodule('fd'), /^Looped has no attribute `fd`\n.*\n {2}nearest: fc$/);
});

test('an attached method is a tree of one', () => {
  const method = attach({ run: () => 1 }, 'run');
  assert.equal([...method.namedModules()], [['', method]]);
  assert.equal([...method.modules()], [method]);
  assert.equal([...method.children()], []);
  assert.throws(() => method.getSubmodule('x'), /^AttachedMethod has no attribute `x`/);
});

const misuse: [string, () => unknown][] = [
  ['get_submodule, no such child', () => new Sequential(new ReLU()).getSubmodule('1')],
  ['get_submodule, nested', () => new Sequential(two(), new Linear(3, 1)).getSubmodule('0.7.x')],
  ['get_submodule, custom class', () => new Digits().getSubmodule('fc9')],
  ['get_submodule, a parameter', () => new Linear(3, 2).getSubmodule('weight')],
  ['get_submodule, nested parameter', () => two().getSubmodule('0.weight')],
  ['get_submodule, a method', () => new Linear(3, 2).getSubmodule('forward')],
  ['get_submodule, empty name', () => two().getSubmodule('0.')],
  ['train, a number', () => new ReLU().train(1 as never)],
];

for (const [name, run] of misuse) {
  test(`${name}: the error's first line is PyTorch's`, () => assert.is(firstLine(run), pytorchError(name)));
}

test('fields called name and length are ordinary fields, once they are declared', () => {
  const held = new Held();
  assert.is(held.name, 'a name');
  assert.is(held.length, 3);
  held.name = 'another';
  assert.is(held.name, 'another');
  assert.ok(held instanceof Held && held instanceof Module && typeof held === 'function');
  class Named extends Module {
    override name: string;
    constructor(name: string) {
      super();
      this.name = name;
    }
  }
  assert.is(new Named('mine').name, 'mine');
  class Undeclared extends Module {
    constructor() {
      super();
      (this as { name: string }).name = 'mine';
    }
  }
  // A function's own name is read-only. docs/hooks.md says what to do.
  assert.throws(
    () => new Undeclared(),
    (error: Error) => error instanceof TypeError && /'name'/.test(error.message),
  );
});

test('the other names that functions reserve are free', () => {
  const module = new ReLU() as unknown as Record<string, unknown>;
  for (const key of ['arguments', 'caller', 'prototype', 'displayName']) {
    assert.is(module[key], undefined, key);
    module[key] = new ReLU();
    assert.ok(module[key] instanceof ReLU, key);
  }
  assert.equal(
    [...(module as unknown as Module).namedChildren()].map(([name]) => name),
    ['arguments', 'caller', 'prototype', 'displayName'],
  );
});

test('a module that contains itself is an error that says where', () => {
  class Parent extends Module {
    child = new Sequential();
  }
  const parent = new Parent();
  class Child extends Module {
    parent?: Module;
  }
  const child = new Child();
  parent.child.append(child);
  child.parent = parent;
  assert.throws(
    () => [...parent.modules()],
    /^"child\.0\.parent" of Parent is the root again: a module cannot contain itself/,
  );
  assert.throws(() => [...child.modules()], /is the root again|again: a module cannot contain itself/);
  class Quiet extends Module {
    #parent = parent;
    get parent() {
      return this.#parent;
    }
  }
  assert.is([...new Quiet().modules()].length, 1);
});

test('printing a module that contains itself ends at the repetition, and works again afterwards', () => {
  class Node extends Module {
    next?: Module;
  }
  const [a, b] = [new Node(), new Node()];
  a.next = b;
  b.next = new Sequential(new ModuleList([a]));
  for (let i = 0; i < 2; i++) {
    assert.is(
      String(a),
      'Node(\n  (next): Node(\n    (next): Sequential(\n      (0): ModuleList(\n        (0): Node, which contains itself\n      )\n    )\n  )\n)',
    );
  }
  b.next = new ReLU();
  assert.is(String(a), 'Node(\n  (next): Node(\n    (next): ReLU()\n  )\n)');
  // The same module under two names is not a cycle.
  const relu = new ReLU();
  assert.is(String(new Sequential(relu, relu)), 'Sequential(\n  (0): ReLU()\n  (1): ReLU()\n)');
});

test("apply(fn), which is PyTorch's, is an error that shows the loop; Function's apply works", () => {
  const net = new Sequential(new ReLU());
  const init = (_module: Hookable) => {};
  assert.throws(
    () => net.apply(init as never, ...([] as unknown as [never])),
    /^Sequential\.apply\(\) calls the module, .*\n {2}got: the function init, and no inputs\n {2}expected: for \(const module of net\.modules\(\)\) fn\(module\)/,
  );
  const x = tensor([-1, 2]);
  for (const receiver of [undefined, null, net, init]) {
    assert.equal((net.apply(receiver as never, [x]) as Tensor).toArray(), [0, 2]);
    assert.equal((Reflect.apply(net, receiver, [x]) as Tensor).toArray(), [0, 2]);
  }
  class Own extends Module {
    applied = 0;
    override apply(fn: (module: Hookable) => void): this {
      for (const module of this.modules()) fn(module);
      this.applied++;
      return this;
    }
  }
  assert.is(new Own().apply(init).applied, 1);
});

test('containers that get their modules the wrong way show the right call', () => {
  const [a, b] = [new ReLU(), new ReLU()];
  assert.throws(
    () => new Sequential([a, b] as never),
    /^Array is not a Module subclass\n {2}got: an array of length 2, to Sequential\n {2}expected: new Sequential\(\.\.\.modules\)$/,
  );
  // Otherwise it would take the modules of the first and drop the second.
  assert.throws(
    () => new ModuleList(new Sequential(a) as never, b as never),
    /^ModuleList takes one argument, but 2 were given\n {2}got: a Sequential, a ReLU\n {2}expected: new ModuleList\(\[a, b\]\)/,
  );
});

test('printing never throws, and shows the errors', () => {
  class Net extends Module {
    fc = new Linear(1, 1);
    override *namedChildren(): Generator<[string, Hookable]> {
      yield* super.namedChildren();
      throw new Error('the disk\n  is gone');
    }
  }
  const net = new Net();
  const fc = 'Linear(in_features=1, out_features=1, bias=True)';
  assert.is(String(net), `Net(\n  (fc): ${fc}\n  (…): failed: the disk; is gone\n)`);
  assert.throws(() => net.stateDict(), /^the disk/);
  assert.throws(() => listHooks(net), /^the disk/);
  assert.throws(() => removeAllHooks(net), /^the disk/);
  assert.throws(() => select(net, 'fc'), /^the disk/);
  class Mute extends Module {
    override extraRepr(): string {
      throw new TypeError('no words');
    }
  }
  class Muter extends Module {
    override toString(): string {
      throw new TypeError('no words at all');
    }
  }
  assert.is(
    String(new Sequential(new Mute(), new Muter())),
    'Sequential(\n  (0): Mute(failed: no words)\n  (1): a Muter, failed: no words at all\n)',
  );
});

test('an array in two properties is in the tree under both names, as a ModuleList is in PyTorch', () => {
  class Tied extends Module {
    encoder = [new Linear(1, 1)];
    decoder = this.encoder;
  }
  const tied = new Tied();
  assert.equal(
    [...tied.stateDict().keys()],
    ['encoder.0.weight', 'encoder.0.bias', 'decoder.0.weight', 'decoder.0.bias'],
  );
  assert.is(tied.getSubmodule('decoder.0'), tied.encoder[0]);
  assert.is(select(tied, 'decoder.*').size, 1);
  assert.equal([...tied.modules()].length, 2);
  // Each node refers to all before it: 2 ** 40 paths.
  interface Node {
    layer: Module;
    inputs: Node[];
  }
  class Graph extends Module {
    nodes: Node[] = [];
  }
  const graph = new Graph();
  for (let i = 0; i < 40; i++) graph.nodes.push({ layer: new ReLU(), inputs: [...graph.nodes] });
  assert.is([...graph.modules()].length, 41);
});

test('two modules with the same path are an error that names both, wherever paths are keys', () => {
  class Two extends Module {
    a = { b: new Linear(2, 3) };
    constructor() {
      super();
      Object.assign(this, { 'a.b': new Linear(2, 2) });
    }
  }
  const two = new Two();
  const expected =
    'two modules of Two have the path "a.b"\n' +
    '  one is: Linear(in_features=2, out_features=3, bias=True), "a.b" of Two\n' +
    '  the other is: Linear(in_features=2, out_features=2, bias=True), "a.b" of Two\n' +
    '  expected: names that make different paths; a dot inside a name reads like one between two names';
  const repr = String(two);
  assert.is(repr.split('\n').length, 4);
  const looks: (() => unknown)[] = [
    () => two.stateDict(),
    () => two.loadStateDict({}, { strict: false }),
    () => [...two.namedModules()],
    () => [...two.namedParameters()],
    () => two.getSubmodule('a.b'),
    () => select(two, '**'),
    () => listHooks(two),
  ];
  for (const look of looks) assert.throws(look, ({ message }: Error) => message === expected, String(look));
  // Without paths, everything works.
  assert.is([...two.modules()].length, 3);
  assert.is(two.eval().training, false);
  removeAllHooks(two);
  // The same module twice is not a conflict.
  const shared = new ReLU();
  const net = Object.assign(new (class Net extends Module {})(), { 'a.b': shared, a: { b: shared } });
  assert.is(net.getSubmodule('a.b'), shared);
  assert.equal(
    [...net.namedModules()].map(([path]) => path),
    ['', 'a.b'],
  );
  // A root and a child with an empty name.
  const nameless = Object.assign(new (class Net extends Module {})(), { '': new ReLU() });
  assert.throws(
    () => select(nameless, '**'),
    /have the path ""\n {2}one is: Net, the root\n {2}the other is: ReLU\(\), "" of Net/,
  );
});

test('the error for two modules with the same path names their parents', () => {
  class Inner extends Module {
    b = new ReLU();
  }
  const net = Object.assign(new (class Net extends Module {})(), { a: new Inner(), 'a.b': new Identity() });
  const expected =
    /the path "a\.b"\n {2}one is: ReLU\(\), "b" of a, Inner\n {2}the other is: Identity\(\), "a\.b" of Net\n/;
  assert.throws(() => net.stateDict(), expected);
  assert.throws(() => net.getSubmodule('a.b'), expected);
});

test('two parameters with the same path are an error that names both', () => {
  const net = Object.assign(new (class Net extends Module {})(), {
    fc: new Linear(1, 1),
    'fc.weight': new Parameter(ones(2)),
  });
  const expected =
    /^two parameters of Net have the path "fc\.weight"\n {2}one is: "fc\.weight" of Net\n {2}the other is: "weight" of fc\n/;
  for (const look of [
    () => net.stateDict(),
    () => [...net.namedParameters()],
    () => net.loadStateDict({}, { strict: false }),
  ]) {
    assert.throws(look, expected);
  }
});

test('a child with the name of a method is an error that says so', () => {
  const net = new (class Net extends Module {})();
  (net as unknown as Record<string, unknown>).apply = new ReLU();
  assert.throws(() => [...net.modules()], /Net\.apply hides the method apply\(\)/);
  const list = Object.assign(new (class List extends Module {})(), { children: [new ReLU()] });
  assert.throws(() => [...list.modules()], /List\.children hides the method children\(\): give this ReLU another name/);
  assert.is(
    String(list),
    'List(\n  (…): failed: List.children hides the method children(): give this ReLU another name\n)',
  );
});

test('train() and eval() set the flag everywhere, and train() accepts only a boolean', () => {
  const net = new Sequential(new ReLU(), new Sequential(new ReLU()));
  const modes = () => [...net.modules()].map((module) => (module as Module).training);
  assert.equal(modes(), [true, true, true, true]);
  assert.is(net.eval(), net);
  assert.equal(modes(), [false, false, false, false]);
  net.train();
  assert.equal(modes(), [true, true, true, true]);
  assert.throws(() => net.train('x' as never), /^training mode is expected to be boolean/);
});

test('stateDict() copies: later changes stay on their side', () => {
  const layer = new Linear(2, 1);
  layer.weight.assign([1, 2]);
  const copy = layer.stateDict();
  assert.is.not(copy.get('weight')!.data, layer.weight.data);
  layer.weight.assign([3, 4]);
  assert.equal([...copy.get('weight')!.data], [1, 2]);
});

test('the next forward uses new values of a parameter', () => {
  const layer = new Linear(2, 1);
  const x = tensor([[1, 10]]);
  layer.weight.assign([1, 2]);
  layer.bias!.assign([0]);
  assert.equal(layer(x).toArray(), [[21]]);
  layer.weight.assign([3, 4]);
  assert.equal(layer(x).toArray(), [[43]]);
  layer.bias!.assign([1]);
  assert.equal(layer(x).toArray(), [[44]]);
  layer.dispose();
  assert.equal(layer(x).toArray(), [[44]]);
});

test('layers that share a weight keep their own biases', () => {
  const [a, b] = [new Linear(1, 1), new Linear(1, 1)];
  b.weight = a.weight;
  a.weight.assign([2]);
  a.bias!.assign([1]);
  b.bias!.assign([10]);
  for (let i = 0; i < 3; i++) assert.equal([a(tensor([1])).item(), b(tensor([1])).item()], [3, 12]);
});

test('a parameter inside an array is found', () => {
  class Scales extends Module {
    scales = [new Parameter(ones(1)), new Parameter(ones(2))];
  }
  assert.equal([...new Scales().stateDict().keys()], ['scales.0', 'scales.1']);
});

test('a subclass prints its own name, and a built-in class is immune to minifiers', () => {
  class Mine extends Linear {}
  assert.is(String(new Mine(1, 1)), 'Mine(in_features=1, out_features=1, bias=True)');
  Object.defineProperty(Linear, 'name', { value: 'q' });
  assert.is(String(new Linear(1, 1)), 'Linear(in_features=1, out_features=1, bias=True)');
});

test.run();
