import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  Hookable,
  Linear,
  listHooks,
  Module,
  ModuleList,
  ReLU,
  rand,
  Sequential,
  select,
  type Tensor,
} from '../../src/index.ts';

class Block extends Module {
  fc1 = new Linear(2, 4);
  act = new ReLU();
  fc2 = new Linear(4, 2);
  override forward(x: Tensor): Tensor {
    return this.fc2(this.act(this.fc1(x)));
  }
}

class Net extends Module {
  encoder = new ModuleList([new Block(), new Block()]);
  head = new Sequential(new Linear(2, 3));
  heads = { left: new Linear(3, 1), right: new Linear(3, 1) };
  shared = this.head;
  override forward(x: Tensor): Tensor {
    for (const block of this.encoder) x = (block as Block)(x);
    return this.heads.left(this.head(x));
  }
}

const net = () => new Net();
const paths = (selection: Iterable<readonly [string, Hookable]>) => [...selection].map(([path]) => path);

const GLOBS: [glob: string, expected: string[]][] = [
  ['head', ['head']],
  ['encoder.*.fc?', ['encoder.0.fc1', 'encoder.0.fc2', 'encoder.1.fc1', 'encoder.1.fc2']],
  ['encoder.0.*', ['encoder.0.fc1', 'encoder.0.act', 'encoder.0.fc2']],
  ['*', ['encoder', 'head']],
  ['**.act', ['encoder.0.act', 'encoder.1.act']],
  ['**.fc2', ['encoder.0.fc2', 'encoder.1.fc2']],
  [
    'encoder.**',
    [
      'encoder',
      'encoder.0',
      'encoder.0.fc1',
      'encoder.0.act',
      'encoder.0.fc2',
      'encoder.1',
      'encoder.1.fc1',
      'encoder.1.act',
      'encoder.1.fc2',
    ],
  ],
  ['**.0', ['encoder.0', 'head.0']],
  ['heads.left', ['heads.left']],
  ['heads.*', ['heads.left', 'heads.right']],
  ['shared', ['shared']],
  ['h*.*', ['head.0', 'heads.left', 'heads.right']],
  ['head*', ['head']],
  ['*h*e*a*d*', ['head']],
];

for (const [glob, expected] of GLOBS) {
  test(`select(net, '${glob}') selects ${expected.length} modules, each under its first matching path`, () => {
    assert.equal(paths(select(net(), glob)), expected);
  });
}

test('globs: a name with a dot matches as one name or as two, and an array index is a name', () => {
  class Dotted extends Module {
    layers = [new ReLU(), new ReLU()];
    block = new Block();
    constructor() {
      super();
      Object.assign(this, { 'conv.1': new Block(), heads: { 'a.b': new ReLU() } });
    }
  }
  const root = new Dotted();
  const expected: [glob: string, paths: string[]][] = [
    ['*', ['block', 'conv.1']],
    ['conv*', ['conv.1']],
    ['conv?1', ['conv.1']],
    ['conv.1', ['conv.1']],
    ['conv.*', ['conv.1']],
    ['*.1', ['layers.1', 'conv.1']],
    ['*.fc1', ['block.fc1', 'conv.1.fc1']],
    ['conv.1.act', ['conv.1.act']],
    ['*.1.act', ['conv.1.act']],
    ['layers.*', ['layers.0', 'layers.1']],
    ['heads.*', ['heads.a.b']],
    ['heads.a.?', ['heads.a.b']],
    ['**.b', ['heads.a.b']],
    ['**.act', ['block.act', 'conv.1.act']],
  ];
  for (const [glob, found] of expected) assert.equal(paths(select(root, glob)), found, glob);
  // Layers of a framework that are not properties of their parent.
  class Layers extends Hookable {
    override forward(): void {}
    override *namedChildren(): Generator<[string, Hookable]> {
      yield ['block/conv.1', new Block()];
      yield ['dense', new ReLU()];
    }
  }
  assert.equal(paths(select(new Layers(), '*')), ['block/conv.1', 'dense']);
  assert.equal(paths(select(new Layers(), '*.fc?')), ['block/conv.1.fc1', 'block/conv.1.fc2']);
});

test('select() without a match names the fields with modules that it does not search', () => {
  class Holder {
    layer = new ReLU();
  }
  class Hidden extends Module {
    fc = new ReLU();
    blocks = new Map([['a', new ReLU()]]);
    set = new Set([new ReLU()]);
    holder = new Holder();
    other = new Map([['a', 1]]);
    numbers = new Float32Array(3);
    date = new Date(0);
  }
  const { message } = ((): Error => {
    try {
      select(new Sequential(new Hidden()), 'blocks.a');
    } catch (error) {
      return error as Error;
    }
    throw new Error('nothing was thrown');
  })();
  const notSearched = message.split('\n').filter((line) => line.startsWith('  not searched: '));
  assert.equal(
    notSearched.map((line) => line.slice(16, line.indexOf(' that holds modules; expected an array'))),
    ['"blocks" of 0, a Map', '"set" of 0, a Set', '"holder" of 0, a Holder'],
  );
});

test("select(net, '**') selects every module but the root, each once", () => {
  const root = net();
  assert.equal(
    paths(select(root, '**')),
    [...root.namedModules()].map(([path]) => path).filter((path) => path !== ''),
  );
});

test('select() accepts a RegExp, a class or a predicate', () => {
  const root = net();
  // A global or sticky RegExp keeps its lastIndex after a match.
  for (const flags of ['', 'g', 'y', 'gy']) {
    assert.is(select(root, new RegExp('encoder', flags)).size, select(root, 'encoder.**').size, flags);
  }
  const linears = select(root, Linear);
  assert.equal(paths(linears), [
    'encoder.0.fc1',
    'encoder.0.fc2',
    'encoder.1.fc1',
    'encoder.1.fc2',
    'head.0',
    'heads.left',
    'heads.right',
  ]);
  for (const [, linear] of linears) assert.ok(linear.inFeatures > 0);
  assert.equal(paths(select(root, (path, module) => path === '' || module instanceof ReLU)), [
    '',
    'encoder.0.act',
    'encoder.1.act',
  ]);
  assert.is(select(root, Hookable).size, [...root.modules()].length);
});

test('a Selection is fixed when it is made', () => {
  const root = net();
  const selection = select(root, ReLU);
  root.head.append(new ReLU());
  assert.is(selection.size, 2);
  assert.is(select(root, ReLU).size, 3);
});

test('select() without a match suggests the nearest names', () => {
  assert.throws(() => select(net(), 'haed'), /^select\(\): nothing in Net matches "haed"\n {2}nearest: head, /);
  assert.throws(
    () => select(net(), 'ead'),
    ({ message }: Error) => message.endsWith('nearest: head, head.0, shared, heads.left, encoder'),
  );
  assert.throws(() => select(net(), 'encoder.0.fc3'), /nearest: encoder\.0\.fc1, encoder\.0\.fc2, /);
  assert.throws(() => select(net(), /nothing/), /matches \/nothing\/\n {2}its modules: encoder, /);
  assert.throws(() => select(net(), () => false), /matches the function/);
  assert.throws(() => select(new ReLU(), '*'), /it has no modules inside/);
});

test('select() quotes a long selector shortened, and matches in bounded time', () => {
  assert.throws(
    () => select(new Sequential(new ReLU()), Linear),
    /nothing in Sequential matches the class Linear\n {2}its modules: 0$/,
  );
  const long = `head.${'x'.repeat(10_000)}`;
  assert.throws(
    () => select(net(), long),
    ({ message }: Error) => message.length < 300 && message.includes(`matches "${long.slice(0, 100)}…"`),
  );
  // Each ** can match up to forty names; a backtracking matcher would try all combinations.
  let deep = new Sequential(new ReLU());
  for (let i = 0; i < 40; i++) deep = new Sequential(deep);
  assert.throws(() => select(deep, `${'**.'.repeat(12)}no`), /nearest: /);
  assert.is(select(deep, '**.**.0').size, select(deep, '**.0').size);
});

test('select() and registering with five thousand modules', () => {
  class Big extends Module {
    blocks = Array.from({ length: 1000 }, () => new Block());
    extra = Array.from({ length: 999 }, () => new ReLU());
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  const root = new Big();
  assert.is([...root.modules()].length, 5000);
  assert.is(select(root, '**').size, 4999);
  const selection = select(root, 'blocks.*.fc?');
  assert.is(selection.size, 2000);
  const handle = selection.transform(map((output) => output));
  assert.is(listHooks(root).length, 2000);
  handle.remove();
  assert.equal(listHooks(root), []);
  assert.throws(() => select(root, 'blocks.17.fc3'), /nearest: blocks\.17\.fc1, blocks\.17\.fc2, /);
});

test('select() refuses malformed globs and wrong selectors', () => {
  for (const glob of ['', 'a..b', '.a', 'a.', 'a**', '***']) {
    assert.throws(
      () => select(net(), glob),
      (error: Error) => error instanceof TypeError && error.message.includes(JSON.stringify(glob)),
      glob,
    );
  }
  for (const selector of [null, undefined, 7, {}, new ReLU()]) {
    assert.throws(
      () => select(net(), selector as never),
      /the selector must be a glob, a list of globs, a RegExp, a class of modules or a predicate, got/,
    );
  }
  class Other {}
  assert.throws(() => select(net(), Other as never), /or a predicate, got the class Other$/);
  const fails = async () => {
    throw new Error('must be absorbed');
  };
  assert.throws(() => select(net(), fails as never), /the predicate must give true or false, got a promise for ""$/);
  assert.throws(() => select(net(), []), /predicate, got an array of length 0$/);
  assert.throws(() => select(net(), ['head', 7] as never), /predicate, got the number 7$/);
  assert.throws(() => select({} as never, '*'), /^select\(\): the root must be a module, got an Object$/);
  assert.equal(paths(select(net(), 'head.0')), ['head.0']);
  // Only * and ? are special in a glob, and ? is one character.
  for (const glob of ['he+d', 'h[e]ad', '(head)', 'head|head', '^head$', 'he{1}ad', 'head?', '\\x68ead']) {
    assert.throws(() => select(net(), glob), /nothing in Net matches/, glob);
  }
});

test('a list of globs selects what any of them matches, and each must match something', () => {
  const root = net();
  assert.equal(paths(select(root, ['head', 'encoder.0.fc?', '*'])), [
    'encoder',
    'encoder.0.fc1',
    'encoder.0.fc2',
    'head',
  ]);
  // The second one matches only what the first one has matched, under another name.
  assert.equal(paths(select(root, ['head', 'shared'])), ['head']);
  assert.throws(
    () => select(root, ['head', 'encoder.7']),
    /nothing in Net matches "encoder\.7"\n {2}nearest: encoder\.[01]/,
  );
});

test('the methods of a Selection register on all its modules, events have their paths, and one handle removes all', () => {
  const root = net();
  const selection = select(root, 'encoder.*.fc1');
  const seen: string[] = [];
  const handles = [
    selection.registerForwardHook(() => void seen.push('hook')),
    selection.registerForwardPreHook(() => void seen.push('pre')),
    selection.observe(({ path, call }) => seen.push(`${path} ${call}`)),
    selection.transform(map((output) => output)),
    selection.log({ print: (line) => seen.push(line.split(' [')[0]!) }),
  ];
  assert.is(listHooks(root).length, 10);
  root(rand(1, 2));
  const one = (path: string) => ['pre', 'hook', `${path} 0`, `${path} #0`];
  assert.equal(seen, [...one('encoder.0.fc1'), ...one('encoder.1.fc1')]);
  for (const handle of handles) {
    handle.remove();
    handle.unsubscribe();
  }
  assert.equal(listHooks(root), []);
});

test('registering on a Selection takes the same options as on a module', () => {
  const root = net();
  const selection = select(root, 'head.0');
  const seen: string[] = [];
  selection.registerForwardHook(() => void seen.push('hook'));
  selection.registerForwardHook(() => void seen.push('prepended'), { prepend: true });
  selection.registerForwardPreHook(() => void seen.push('pre'));
  selection.registerForwardPreHook(() => void seen.push('prepended pre'), { prepend: true });
  selection.observe(
    () => {
      throw new Error('no');
    },
    { reporter: ({ message }) => seen.push(message.replace(/^.* of (\S+), .* failed/, '$1 failed')) },
  );
  root(rand(1, 2));
  assert.equal(seen, ['prepended pre', 'pre', 'prepended', 'hook', 'head.0 failed: no']);
});

test('`using` removes everything registered on a Selection at the end of the block', () => {
  const root = net();
  {
    using handle = select(root, Linear).observe(() => {});
    assert.is(listHooks(root).length, 7);
    assert.type(handle.remove, 'function');
  }
  assert.equal(listHooks(root), []);
});

test('observe() on a Selection is one Observable of all its modules', () => {
  const root = net();
  const seen: string[] = [];
  const subscription = select(root, ReLU)
    .observe()
    .subscribe(({ path, output }) => seen.push(`${path} ${output.shape}`));
  root(rand(1, 2));
  subscription.unsubscribe();
  root(rand(1, 2));
  assert.equal(seen, ['encoder.0.act 1,4', 'encoder.1.act 1,4']);
  assert.equal(listHooks(root), []);
});

test('registering on a Selection is all or nothing', () => {
  const object = { run: () => 1 };
  const vanishing = attach(object, 'run');
  class Mixed extends Module {
    first = new ReLU();
    second = vanishing;
  }
  const root = new Mixed();
  const selection = select(root, '*');
  delete (object as { run?: unknown }).run;
  assert.throws(() => selection.observe(() => {}), /cannot be hooked/);
  assert.equal(listHooks(root), []);
  assert.throws(() => selection.registerForwardHook('x' as never), /the hook must be a function/);
  assert.throws(() => selection.transform(), /the number of operators must be at least 1/);
  assert.throws(
    () => selection.log({ every: 0 }),
    /^log\(\): option "every" must be a whole number of at least 1, got the number 0$/,
  );
  assert.equal(listHooks(root), []);
});

test('a module outside the Selection gets no hooks, and the outputs stay the same', () => {
  const root = net();
  const x = rand(3, 2);
  const plain = [...root(x).data];
  select(root, 'heads.*').observe(() => {});
  assert.equal([...root(x).data], plain);
  assert.equal(
    listHooks(root).map(({ path }) => path),
    ['heads.left', 'heads.right'],
  );
});

test.run();
