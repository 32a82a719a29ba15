/**
 * @file Bundlers shorten the names of classes, and so do the files for pages: what messages and logs print is the own
 * `className` of a class, or the own `name` of an error.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type * as layertap from '../src/index.ts';
import { built } from './built.ts';
import { messageOf } from './fixtures/errors.ts';

const { library } = (await import('../rollup.config.mjs' as string)) as { library: { input: object } };
const ENTRIES = Object.keys(library.input).filter((name) => name !== 'command');

/** They have no instances of their own. */
const ABSTRACT = ['Hookable', 'OnnxHookPoint'];

const isClass = (value: unknown): value is { readonly prototype: object; readonly className?: string } =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

test('every exported class that is no error carries its name', async () => {
  let checked = 0;
  for (const entry of ENTRIES) {
    for (const [name, value] of Object.entries((await import(built(`${entry}.js`))) as object)) {
      if (!isClass(value) || value.prototype instanceof Error || ABSTRACT.includes(name)) continue;
      assert.is(Object.hasOwn(value, 'className') && value.className, name, `${entry}: ${name}`);
      checked++;
    }
  }
  assert.ok(checked >= 25, `${checked} classes`);
});

type Page = typeof layertap & { Observable: new () => object; global?: undefined };

for (const file of ['layertap.js', 'layertap.global.js']) {
  test(`messages of ${file} print whole names`, async () => {
    const page = await load(file);
    class Net extends page.Module {
      static override readonly className: string = 'Net';
      fc = new page.Linear(2, 1);
      override forward(x: layertap.Tensor): layertap.Tensor {
        return this.fc(x);
      }
    }
    const net = new Net();
    const handle = net.fc.observe(() => {});
    const given: [value: unknown, described: string][] = [
      [page.select(net, '*'), 'a Selection'],
      [handle, 'a RemovableHandle'],
      [net.observe(), 'an Observable'],
      [new page.Observable(), 'an Observable'],
      [net, 'a Net'],
      [page.tensor([1]), 'a Tensor'],
      [net.fc.weight, 'a Parameter'],
      [page.Linear, 'the class Linear'],
      [page.Selection, 'the class Selection'],
      [page.attach({ run() {} }, 'run'), 'an AttachedMethod'],
    ];
    for (const [value, described] of given) {
      assert.is(
        messageOf(() => net.registerForwardHook(() => {}, { prepend: value as never })),
        `registerForwardHook() of Net: option "prepend" must be true or false, got ${described}`,
      );
    }
    net.fc.registerForwardHook(() => 3 as never);
    const failing = () => net(page.tensor([[1, 2]]));
    assert.throws(failing, (error: Error) => error.name === 'ForwardError');
    assert.match(messageOf(failing), 'in fc, Linear(in_features=2, out_features=1, bias=True)');
    assert.is(String(new page.Sequential(new page.ReLU())), 'Sequential(\n  (0): ReLU()\n)');
  });
}

test('layertap.global.js has the names of layertap, layertap/viewer and some of RxJS, and no others', async () => {
  const names = async (file: string) => Object.keys((await import(built(file))) as object);
  const own = [...(await names('index.js')), ...(await names('viewer.js'))];
  const others = Object.keys(await load('layertap.global.js')).filter((name) => !own.includes(name));
  const rxjs = Object.keys(await import('rxjs'));
  assert.equal(
    others.filter((name) => !rxjs.includes(name)),
    [],
  );
  assert.ok(others.includes('map') && others.includes('Observable'));
  const page = await load('layertap.global.js');
  assert.equal(
    own.filter((name) => !(name in page)),
    [],
  );
});

test('layertap.js loads the code of threads when a program first asks for some', async () => {
  const { getNumThreads, Linear, manualSeed, rand, setNumThreads } = await load('layertap.js');
  assert.is(getNumThreads(), 1);
  const refused = await setNumThreads(0).catch(String);
  assert.is(refused, 'RangeError: setNumThreads(): threads must be a whole number from 1 to 256, got the number 0');
  manualSeed(1);
  const [layer, x] = [new Linear(1000, 333), rand(37, 1000)];
  const alone = layer(x).toArray();
  assert.equal(await Promise.all([setNumThreads(3), setNumThreads(2)]), [3, 2]);
  assert.is(getNumThreads(), 2);
  assert.equal(layer(x).toArray(), alone);
  assert.is(await setNumThreads(1), 1);
});

async function load(file: string): Promise<Page> {
  if (file === 'layertap.js') return import(built(`browser/${file}`));
  const source = readFileSync(built(`browser/${file}`), 'utf8');
  return new Function(`${source}\nreturn layertap;`)();
}

test.run();
