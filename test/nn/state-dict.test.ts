import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, type Module, ModuleDict, ModuleList, ReLU, Sequential, tensor, zeros } from '../../src/index.ts';
import { fixtureCases } from '../fixtures/fixture.ts';
import { Digits } from '../fixtures/modules.ts';

const errors = fixtureCases<{ name: string; message: string }>('pytorch/errors.json');

/** PyTorch's text, with JavaScript's names of types. */
function expected(name: string): string {
  const types: Record<string, string> = { int: 'number', list: 'Array', NoneType: 'null' };
  return errors
    .get(name)!
    .message.replace(/<class '(\w+)'>\.?/, (_, type) => types[type]!)
    .replace(/^(int) is not/, 'number is not')
    .replace('but got int', 'but got number');
}

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

const two = () => new Sequential(new Linear(2, 3), new Linear(3, 1));
const good = { weight: zeros(2, 3), bias: zeros(2) };

const failures: [string, () => Module, unknown, { strict?: boolean }?][] = [
  ['load, missing', () => new Linear(3, 2), { weight: zeros(2, 3) }],
  ['load, all missing', two, {}],
  ['load, unexpected', () => new Linear(3, 2), { ...good, zzz: zeros(1) }],
  ['load, unexpected under a child', two, new Map([...two().stateDict(), ['0.q', zeros(1)], ['9.weight', zeros(1)]])],
  ['load, unexpected several', () => new Linear(3, 2), { ...good, z: zeros(1), 'a.b': zeros(1), 'weight.x': zeros(1) }],
  ['load, size mismatch', () => new Linear(3, 2), { weight: zeros(2, 3), bias: zeros(5) }],
  ['load, size mismatch twice', () => new Linear(3, 2), { weight: zeros(6), bias: zeros(5) }],
  ['load, 0-D for 1-D', () => new Linear(3, 1), { weight: zeros(1, 3), bias: tensor(1) }],
  ['load, 1-D of 1 for 2-D', () => new Linear(3, 2), { weight: zeros(1), bias: zeros(2) }],
  ['load, combined', two, { '0.weight': zeros(3, 2), '0.bias': zeros(5), '1.weight': zeros(2, 3), x: zeros(1) }],
  [
    'load, nested',
    () => new Sequential(new Sequential(new Linear(2, 3)), new Linear(3, 1)),
    { '0.0.weight': zeros(2, 2), '0.0.bias': zeros(3), '1.weight': zeros(1, 3), '0.1.bias': zeros(1) },
  ],
  ['load, custom class', () => new Digits(), new Map([...new Digits().stateDict(), ['fc2.weight', zeros(3, 2)]])],
  ['load, not strict, size mismatch', () => new Linear(3, 2), { bias: zeros(5), zzz: zeros(1) }, { strict: false }],
  ['load, an entry of type int', () => new Linear(3, 2), { weight: 3, bias: zeros(2) }],
  ['load, an entry of type list', () => new Linear(3, 2), { weight: zeros(2, 3), bias: [0, 0] }],
  ['load, an unexpected entry of type int', () => new Linear(3, 2), { ...good, zzz: 3 }],
  ['load, a bias for none', () => new Linear(3, 2, { bias: false }), good],
];

for (const [name, make, stateDict, options] of failures) {
  test(`${name}: the text is PyTorch's, and nothing was loaded`, () => {
    const module = make();
    const before = [...module.parameters()].map((parameter) => parameter.toArray());
    assert.is(
      message(() => module.loadStateDict(stateDict as never, options)),
      expected(name),
    );
    assert.equal(
      [...module.parameters()].map((parameter) => parameter.toArray()),
      before,
    );
  });
}

test('loadStateDict() is atomic where PyTorch is not: a good entry before a bad one is not loaded', () => {
  const layer = new Linear(1, 1);
  const before = layer.weight.toArray();
  assert.throws(() => layer.loadStateDict({ weight: tensor([[77]]), bias: zeros(5) }), /size mismatch for bias/);
  assert.equal(layer.weight.toArray(), before);
});

test('loadStateDict() takes maps and plain objects, and says what came otherwise', () => {
  assert.ok(message(() => new Linear(3, 2).loadStateDict([1, 2] as never)).startsWith(expected('load, a list')));
  assert.ok(message(() => new Linear(3, 2).loadStateDict(null as never)).startsWith(expected('load, None')));
  const bare = Object.assign(Object.create(null), good);
  assert.equal(new Linear(3, 2).loadStateDict(bare), { missingKeys: [], unexpectedKeys: [] });
  const hostile = JSON.parse('{"__proto__": 1}');
  assert.match(
    message(() => new Linear(3, 2).loadStateDict(hostile)),
    /Unexpected key\(s\) in state_dict: "__proto__"/,
  );
  assert.match(
    message(() => new Linear(3, 2).loadStateDict(good, { stric: false } as never)),
    /unknown option "stric"/,
  );
  assert.match(
    message(() => new Linear(3, 2).loadStateDict(good, { strict: 1 } as never)),
    /"strict" must be true or false/,
  );
  const short = { ...good, weight: { data: new Float32Array(5), shape: [2, 3] } };
  assert.match(
    message(() => new Linear(3, 2).loadStateDict(short)),
    /"weight" has shape torch.Size\(\[2, 3\]\), but 5 values/,
  );
});

test('loadStateDict() that is not strict loads what fits and tells the rest', () => {
  const module = two();
  const keys = module.loadStateDict({ '0.bias': tensor([1, 2, 3]), 'x.y': zeros(1), z: zeros(1) }, { strict: false });
  // PyTorch: _IncompatibleKeys(missing_keys=[…], unexpected_keys=[…]) of the same case.
  const printed = errors.get('load, not strict, both') as unknown as { repr: string };
  const list = (names: string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  assert.is(
    `_IncompatibleKeys(missing_keys=${list(keys.missingKeys)}, unexpected_keys=${list(keys.unexpectedKeys)})`,
    printed.repr,
  );
  assert.equal((module[0] as Linear).bias!.toArray(), [1, 2, 3]);
});

const misuse: [string, () => unknown][] = [
  ['get_submodule, no such child', () => new Sequential(new ReLU()).getSubmodule('1')],
  ['get_submodule, nested', () => new Sequential(two(), new Linear(3, 1)).getSubmodule('0.7.x')],
  ['get_submodule, custom class', () => new Digits().getSubmodule('fc9')],
  ['get_submodule, a parameter', () => new Linear(3, 2).getSubmodule('weight')],
  ['get_submodule, nested parameter', () => two().getSubmodule('0.weight')],
  ['get_submodule, a method', () => new Linear(3, 2).getSubmodule('forward')],
  ['get_submodule, empty name', () => two().getSubmodule('0.')],
  ['ModuleList called', () => (new ModuleList([new ReLU()]) as unknown as (x: unknown) => void)(zeros(1))],
  ['ModuleDict called', () => (new ModuleDict({ a: new ReLU() }) as unknown as (x: unknown) => void)(zeros(1))],
  ['train, a number', () => new ReLU().train(1 as never)],
  ['Sequential index, too large', () => new Sequential(new ReLU()).at(5)],
  ['Sequential index, too small', () => new Sequential(new ReLU()).at(-2)],
  ['ModuleList index, too large', () => new ModuleList([new ReLU()]).at(5)],
  ['ModuleDict, missing key', () => new ModuleDict({ a: new ReLU() }).get('q')],
  ['Sequential, not a module', () => new Sequential(3 as never)],
  ['ModuleList, not a module', () => new ModuleList([3] as never)],
  ['ModuleList, extend by a number', () => new ModuleList().extend(3 as never)],
];

for (const [name, run] of misuse) {
  test(`${name}: the error's first line is PyTorch's`, () => {
    assert.is(message(run).split('\n')[0], expected(name));
  });
}

test('containers refuse what is not a module before anything has changed', () => {
  const list = new ModuleList([new ReLU()]);
  assert.throws(() => list.extend([new ReLU(), 3 as never]), /number is not a Module subclass/);
  assert.throws(() => list.append(null as never), /null is not a Module subclass/);
  assert.throws(() => list.insert(7, new ReLU()), /index 7 is out of range/);
  assert.throws(() => list.insert(0, {} as never), /Object is not a Module subclass/);
  assert.throws(() => new ModuleList().pop(), /index -1 is out of range/);
  assert.is(list.size, 1);
  assert.throws(() => new ModuleDict({ 'a.b': new ReLU() }), /module name can't contain ".", got: a\.b/);
  assert.throws(() => new ModuleDict([['', new ReLU()]]), /module name can't be empty string ""/);
  assert.throws(() => new ModuleDict({ a: 1 } as never), /number is not a Module subclass/);
  assert.throws(
    () => new ModuleDict(new ReLU() as never),
    /should be made from an object, a Map or pairs, but got a ReLU/,
  );
});

test.run();
