import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, type Module, ModuleDict, ReLU, zeros } from '../../src/index.ts';
import { firstLine, messageOf, pytorchError } from '../fixtures/errors.ts';

const names = (modules: Module) => [...modules.namedChildren()].map(([name]) => name);

test('a ModuleDict accepts an object, a Map, pairs or another one, and keeps their order', () => {
  const [a, b] = [new Linear(1, 1), new ReLU()];
  const dict = new ModuleDict({ z: a, a: b });
  for (const modules of [
    { z: a, a: b },
    new Map<string, Module>([
      ['z', a],
      ['a', b],
    ]),
    [
      ['z', a],
      ['a', b],
    ],
    dict,
  ]) {
    const made = new ModuleDict(modules as never);
    assert.equal([...made], [
      ['z', a],
      ['a', b],
    ] as never);
  }
  assert.equal([...dict.keys(), ...dict.values()], ['z', 'a', a, b]);
  assert.ok(dict.has('z') && !dict.has('q'));
  assert.is(dict.get('a'), b);
  assert.is(dict.set('1', a).set('0', b), dict);
  assert.equal(names(dict), ['z', 'a', '1', '0']);
  assert.ok(dict.delete('z'));
  assert.not.ok(dict.delete('z'));
  assert.is(dict.size, 3);
  dict.clear();
  assert.is(dict.size, 0);
  assert.is(String(dict), 'ModuleDict()');
});

const misuse: [string, () => unknown][] = [
  ['ModuleDict called', () => (new ModuleDict({ a: new ReLU() }) as unknown as (x: unknown) => void)(zeros(1))],
  ['ModuleDict, missing key', () => new ModuleDict({ a: new ReLU() }).get('q')],
  ['ModuleDict, a number', () => new ModuleDict(5 as never)],
  ['ModuleDict, a module', () => new ModuleDict(new ReLU() as never)],
  ['ModuleDict, a list of a number', () => new ModuleDict([5] as never)],
  ['ModuleDict, too short a pair', () => new ModuleDict([['a', new ReLU()], ['b']] as never)],
  ['ModuleDict, too long a pair', () => new ModuleDict([['a', new ReLU(), 3]] as never)],
  ['ModuleDict, not a module', () => new ModuleDict({ a: 5 } as never)],
  ['ModuleDict, key of a number', () => new ModuleDict([[5, new ReLU()]] as never)],
];

for (const [name, run] of misuse) {
  test(`${name}: the error's first line is PyTorch's`, () => assert.is(firstLine(run), pytorchError(name)));
}

test('errors say what came and what was expected', () => {
  assert.is(
    messageOf(() => new ModuleDict('ab' as never)),
    'ModuleDict.update should be called with an iterable of key/value pairs, but got string\n' +
      '  got: the string "ab"\n  expected: an object, a Map or [name, module] pairs',
  );
  assert.match(
    messageOf(() => new ModuleDict(null as never)),
    /but got null\n/,
  );
  assert.match(
    messageOf(() => new ModuleDict(['ab'] as never)),
    /#0 should be Iterable; isstring\n {2}got: the string "ab"\n {2}expected: a pair \[name, module\]$/,
  );
  assert.throws(() => new ModuleDict({ 'a.b': new ReLU() }), /module name can't contain ".", got: a\.b/);
  assert.throws(() => new ModuleDict([['', new ReLU()]]), /module name can't be empty string ""/);
  const dict = new ModuleDict({ a: new ReLU() });
  assert.is(
    messageOf(() => dict.get(Symbol('b') as never)),
    "'Symbol(b)'\n  there is no such module; there are: a",
  );
  assert.throws(
    () => dict.set('b', 5 as never),
    /number is not a Module subclass\n {2}got: the number 5, to ModuleDict\["b"\]/,
  );
  assert.equal([...dict.keys()], ['a']);
});

test('a module in a property is a child as in any module, with its parameters', () => {
  const dict = new ModuleDict<Module>({ a: new ReLU() });
  (dict as unknown as Record<string, Module>).extra = new Linear(1, 1);
  assert.equal(names(dict), ['a', 'extra']);
  assert.equal([...dict.stateDict().keys()], ['extra.weight', 'extra.bias']);
  dict.set('extra', new ReLU());
  assert.throws(
    () => names(dict),
    /^ModuleDict\.extra: "extra" is also the name of a module that was set\(\); give this Linear another name$/,
  );
});

test.run();
