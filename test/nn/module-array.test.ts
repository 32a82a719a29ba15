// Sequential and ModuleList: modules by number.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Identity,
  Linear,
  listHooks,
  Module,
  ModuleList,
  ReLU,
  Sequential,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { firstLine, messageOf, pytorchError } from '../fixtures/errors.ts';

const relus = (count: number) => Array.from({ length: count }, () => new ReLU());
/** Writes to an index or a name, past the types. */
const write = (modules: Module, key: number | string, value: unknown) => {
  (modules as unknown as Record<number | string, unknown>)[key] = value;
};
const names = (modules: Module) => [...modules.namedChildren()].map(([name]) => name);

test('a frozen container refuses changes and stays as it was', () => {
  for (const close of [Object.freeze, Object.preventExtensions] as ((net: Sequential) => void)[]) {
    const net: Sequential = new Sequential(new ReLU(), new Identity());
    const before = String(net);
    close(net);
    const changes: (() => unknown)[] = [
      () => net.append(new ReLU()),
      () => net.extend([new ReLU()]),
      () => net.insert(0, new ReLU()),
    ];
    if (Object.isFrozen(net))
      changes.push(
        () => net.pop(),
        () => net.pop(0),
      );
    for (const change of changes) assert.throws(change, TypeError);
    assert.is(String(net), before);
    assert.is(net.size, 2);
  }
});

test('at, append, insert, extend and pop keep the numbers contiguous', () => {
  const [a, b, c, d] = [new ReLU(), new ReLU(), new ReLU(), new ReLU()];
  const list = new ModuleList([a]);
  assert.is(list.append(c).insert(1, b).extend([d]), list);
  assert.equal(
    [...list].map((m) => [a, b, c, d].indexOf(m)),
    [0, 1, 2, 3],
  );
  assert.is(list.at(-1), d);
  assert.is(list[2], c);
  assert.is(list.pop(0), a);
  assert.is(list.size, 3);
  assert.is(list.at(0), b);
  assert.is(list.pop(), d);
  assert.equal(names(list), ['0', '1']);
});

const misuse: [string, () => unknown][] = [
  ['ModuleList called', () => (new ModuleList([new ReLU()]) as unknown as (x: unknown) => void)(zeros(1))],
  ['Sequential index, too large', () => new Sequential(new ReLU()).at(5)],
  ['Sequential index, too small', () => new Sequential(new ReLU()).at(-2)],
  ['ModuleList index, too large', () => new ModuleList([new ReLU()]).at(5)],
  ['Sequential, not a module', () => new Sequential(3 as never)],
  ['ModuleList, not a module', () => new ModuleList([3] as never)],
  ['ModuleList, extend by a number', () => new ModuleList().extend(3 as never)],
  ['ModuleList, extend by a module', () => new ModuleList().extend(new ReLU() as never)],
];

for (const [name, run] of misuse) {
  test(`${name}: the error's first line is PyTorch's`, () => assert.is(firstLine(run), pytorchError(name)));
}

test('anything but a module is refused before anything has changed', () => {
  const list = new ModuleList<Module>([new ReLU()]);
  assert.throws(() => list.extend([new ReLU(), 3 as never]), /number is not a Module subclass/);
  assert.throws(() => list.append(null as never), /null is not a Module subclass/);
  assert.throws(
    () => list.append(ReLU as never),
    /got: the class ReLU, to .*\n {2}expected: an instance, such as new ReLU\(\)$/,
  );
  assert.throws(() => list.insert(7, new ReLU()), /index 7 is out of range/);
  assert.throws(() => list.insert(0, {} as never), /Object is not a Module subclass/);
  assert.throws(() => new ModuleList().pop(), /index -1 is out of range/);
  assert.is(list.size, 1);
});

test('an index must be a whole number in range', () => {
  const list = new ModuleList([new ReLU()]);
  for (const [index, came] of [
    ['0', 'the string "0"'],
    [undefined, 'undefined'],
    [NaN, 'the number NaN'],
    [0.5, 'the number 0.5'],
    [Symbol('0'), 'a symbol'],
    [1n, 'the bigint 1n'],
  ] as const) {
    const expected = `ModuleList: an index must be a whole number, got ${came}`;
    assert.is(
      messageOf(() => list.at(index as never)),
      expected,
    );
    assert.is(
      messageOf(() => list.insert(index as never, new ReLU())),
      expected,
    );
    if (index !== undefined) {
      assert.is(
        messageOf(() => list.pop(index as never)),
        expected,
      );
    }
  }
  assert.is(
    messageOf(() => list.at(-2)),
    'index -2 is out of range\n  there is 1 module',
  );
});

test('a list accepts any iterable of modules: another list, a Sequential, itself', () => {
  const list = new ModuleList(relus(2));
  assert.is(new ModuleList(list)[1], list[1]);
  list.extend(new ModuleList(relus(1))).extend(list);
  assert.is(list.size, 6);
  assert.is(list[5], list[2]);
  const [linear, relu] = [new Linear(1, 1), new ReLU()];
  assert.equal([...new ModuleList(new Sequential(linear, relu))], [linear, relu]);
  assert.equal([...new Sequential(...new ModuleList([linear, relu]))], [linear, relu]);
  assert.is(new Sequential(new ModuleList([relu])).size, 1);
});

test('assigning to an index replaces a module in calls and in the tree', () => {
  const net = new Sequential(new Identity(), new ReLU());
  const x = tensor([-1, 2]);
  assert.equal(net(x).toArray(), [0, 2]);
  const fresh = new Identity();
  net[1] = fresh;
  assert.equal(net(x).toArray(), [-1, 2]);
  assert.is(net.at(1), fresh);
  assert.equal(names(net), ['0', '1']);
  assert.is(net.size, 2);
  let fired = 0;
  fresh.registerForwardHook(() => void fired++);
  net(x);
  assert.is(fired, 1);
});

type Container = ModuleList | Sequential;
const made: [string, () => Container][] = [
  ['ModuleList', () => new ModuleList(relus(3))],
  ['Sequential', () => new Sequential(...relus(3))],
];
/** Everything that lists or changes the modules. */
const walks: [string, (modules: Container) => unknown][] = [
  ['namedChildren()', names],
  ['namedModules()', (modules) => [...modules.namedModules()]],
  ['stateDict()', (modules) => modules.stateDict()],
  ['listHooks()', listHooks],
  ['append()', (modules) => modules.append(new ReLU())],
  ['insert()', (modules) => modules.insert(0, new ReLU())],
  ['extend()', (modules) => modules.extend([new ReLU()])],
  ['pop()', (modules) => modules.pop()],
];
const iterate = (modules: Container) => [...modules];

for (const [kind, make] of made) {
  test(`${kind}: writing anything but a module to an index is refused at the next use`, () => {
    for (const [name, walk] of [
      ...walks,
      ['iteration', iterate],
      ['at()', (m: Container) => m.at(1)],
    ] as typeof walks) {
      for (const [value, type, came] of [
        [5, 'number', 'the number 5'],
        [null, 'null', 'null'],
        [{}, 'Object', 'an Object'],
        [(x: unknown) => x, 'function', 'the function (anonymous)'],
      ] as const) {
        const modules = make();
        write(modules, 1, value);
        assert.is(
          messageOf(() => walk(modules)),
          `cannot assign '${type}' as child module '1' (torch.nn.Module or None expected)\n` +
            `  got: ${came}, to ${kind}[1]\n  expected: a module`,
          name,
        );
        assert.is(modules.size, 3);
      }
    }
    const modules = make();
    write(modules, 0, 5);
    assert.is(
      firstLine(() => names(modules)),
      pytorchError(`${kind}, item of a number`),
    );
    assert.is(
      String(modules),
      `${kind}(\n  (…): failed: cannot assign 'number' as child module '0' (torch.nn.Module or None expected); ` +
        `got: the number 5, to ${kind}[0]; expected: a module\n)`,
    );
  });

  test(`${kind}: writing a module beyond the end is refused at the next use`, () => {
    for (const [name, walk] of [...walks, ['iteration', iterate]] as typeof walks) {
      const modules = make();
      const module = new Linear(1, 1);
      write(modules, 3, module);
      assert.is(
        messageOf(() => walk(modules)),
        `index 3 is out of range\n  there are 3 modules\n  got: a Linear, to ${kind}[3]\n  expected: append(), which adds one`,
        name,
      );
      assert.is((modules as ModuleList)[3], module, name);
    }
    for (const [name, walk] of walks) {
      const modules = make();
      write(modules, 7, new ReLU());
      assert.is(
        firstLine(() => walk(modules)),
        pytorchError('Sequential, item far behind the end'),
        name,
      );
    }
    const one = kind === 'Sequential' ? new Sequential(new ReLU()) : new ModuleList([new ReLU()]);
    write(one, 1, new ReLU());
    assert.is(
      firstLine(() => names(one)),
      pytorchError(`${kind}, item behind the end`),
    );
  });

  test(`${kind}: a hole is refused with its index, and can be filled`, () => {
    for (const [name, walk] of [
      ...walks,
      ['iteration', iterate],
      ['at()', (m: Container) => m.at(0)],
    ] as typeof walks) {
      const modules = make();
      delete modules[0];
      assert.is(
        messageOf(() => walk(modules)),
        `${kind}[0] is gone\n  got: ${kind} with a hole\n  expected: pop(0), which moves the later ones down`,
        name,
      );
      modules[0] = new ReLU();
      walk(modules);
    }
  });
}

test('a Sequential refuses bad writes to its indices in each call', () => {
  const x = zeros(1, 2);
  const make = () => new Sequential(new Linear(2, 2), new ReLU(), new Linear(2, 2));
  const mistakes: [string, (net: Sequential) => void, RegExp][] = [
    ['a number', (net) => write(net, 1, 5), /^cannot assign 'number' as child module '1'/],
    ['a function', (net) => write(net, 0, (x: unknown) => x), /^cannot assign 'function' as child module '0'/],
    ['a hole', (net) => delete net[2], /^Sequential\[2\] is gone\n/],
    ['behind the end', (net) => write(net, 3, new ReLU()), /^index 3 is out of range\n/],
  ];
  for (const [name, mistake, expected] of mistakes) {
    for (const called of [false, true]) {
      for (const wrap of [(net: Sequential) => net, (net: Sequential) => new Sequential(new Identity(), net)]) {
        const inner = make();
        const net = wrap(inner);
        if (called) net(x);
        mistake(inner);
        assert.throws(() => net(x), expected, `${name}, ${called ? 'called before' : 'not called before'}`);
        assert.throws(() => net(x), expected, `${name}, again`);
        for (const index of [3, 2, 1, 0]) delete inner[index];
        for (const index of [0, 1, 2]) inner[index] = new Identity();
        assert.equal(net(x).shape, [1, 2], `${name}, mended`);
      }
    }
  }
});

test('a bad write that a call finds is reported with its path', () => {
  class Net extends Module {
    encoder = new Sequential(new Identity(), new Sequential(new ReLU(), new ReLU()));
    heads = new ModuleList(relus(2));
    override forward(x: Tensor, where: 'chain' | 'list' | 'at'): Tensor {
      if (where === 'chain') return this.encoder(x);
      return where === 'at' ? this.heads.at(1)(x) : [...this.heads].reduce((y, head) => head(y), x);
    }
  }
  const net = new Net();
  write(net.encoder[1] as Sequential, 0, 5);
  write(net.heads, 1, undefined);
  assert.is(
    messageOf(() => net(zeros(1), 'chain')),
    "cannot assign 'number' as child module '0' (torch.nn.Module or None expected)\n" +
      '  in encoder.1, Sequential of Net\n  got: the number 5, to Sequential[0]\n  expected: a module',
  );
  for (const where of ['list', 'at'] as const) {
    assert.is(
      messageOf(() => net(zeros(1), where)),
      "cannot assign 'undefined' as child module '1' (torch.nn.Module or None expected)\n" +
        '  in Net\n  got: undefined, to ModuleList[1]\n  expected: a module',
    );
  }
});

test('a module in another property of a Sequential is an error, unless forward is overridden', () => {
  const net = new Sequential(new ReLU());
  write(net, 'foo', new Linear(1, 1));
  const expected =
    'Sequential.foo is never called: forward calls the numbered modules\n' +
    '  got: a Linear\n  expected: append(), or a subclass that overrides forward';
  for (const look of [() => names(net), () => [...net.parameters()]]) assert.is(messageOf(look), expected);
  assert.is(
    messageOf(() => net(zeros(1, 1))),
    expected.replace('\n', '\n  in Sequential\n'),
  );
  class Block extends Sequential {
    norm = new Identity();
    scale = 2;
    override forward(x: Tensor): Tensor {
      return this.norm(super.forward(x));
    }
  }
  const block = new Block(new ReLU());
  assert.equal(block(tensor([-1, 2])).toArray(), [0, 2]);
  assert.equal(names(block), ['0', 'norm']);
});

test('a module in a named property is a child as in any module, and is printed', () => {
  class Stack extends ModuleList<Linear> {
    norm = new Linear(1, 1);
  }
  const stack = new Stack([new Linear(1, 1), new Linear(1, 1)]);
  assert.equal(names(stack), ['0', '1', 'norm']);
  assert.is(stack.size, 2);
  assert.is([...stack].length, 2);
  assert.is(
    String(stack),
    'Stack(\n  (0-1): 2 x Linear(in_features=1, out_features=1, bias=True)\n  (norm): Linear(in_features=1, out_features=1, bias=True)\n)',
  );
});

test.run();
