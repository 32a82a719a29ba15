// Who frees which tensor, if hooks replace some. A framework without garbage collection counts those that are alive.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type HookableOptions, intercept, manualMemory } from '../../src/adapter.ts';
import { type ForwardHook, type ForwardPreHook, Hookable, setReporter } from '../../src/index.ts';

let alive = new Map<Owned, string>();

class Owned {
  constructor(name: string) {
    alive.set(this, name);
  }
  read(): number {
    assert.ok(alive.has(this), 'a tensor was read after it had been freed');
    return 1;
  }
  free(): void {
    assert.ok(alive.delete(this), 'a tensor was freed twice');
  }
}

const reader = {
  is: (value: unknown): value is Owned => value instanceof Owned,
  shape: () => [1],
  values: (tensor: Owned) => [tensor.read()],
  keep: () => new Owned('kept'),
};

class Place extends Hookable {
  readonly run: (x: Owned) => unknown;
  constructor(run: (x: Owned) => unknown, options: HookableOptions = {}) {
    super({ reader, memory: manualMemory((tensor: Owned) => tensor.free()), ...options });
    this.run = run;
  }
  forward(x: Owned): unknown {
    return this.run(x);
  }
}

const output = () => new Owned('output');
const gives = (name: string) => () => new Owned(name);

/** The names of the tensors that are alive after a call, of its error, and of what was reported. */
async function after(place: Place, pre: readonly ForwardPreHook[], hooks: readonly ForwardHook[], call = place) {
  alive = new Map();
  const reports: string[] = [];
  setReporter((error) => void reports.push(error.message));
  const handles = [
    ...pre.map((hook) => place.registerForwardPreHook(hook)),
    ...hooks.map((hook) => place.registerForwardHook(hook)),
  ];
  const x = new Owned('x');
  let error = '';
  try {
    const result = await call(x);
    if (Symbol.iterator in Object(result)) for (const _ of result as Iterable<unknown>);
    if (Symbol.asyncIterator in Object(result)) for await (const _ of result as AsyncIterable<unknown>);
  } catch (cause) {
    error = (cause as Error).message.split('\n')[0]!;
  }
  setReporter();
  for (const handle of handles) handle.remove();
  return { alive: [...alive.values()].sort(), error, reports };
}

for (const mode of ['sync', 'async'] as const) {
  const make = (run: (x: Owned) => unknown, options?: HookableOptions) =>
    mode === 'sync' ? new Place(run, options) : new Place(async (x) => run(x), { async: true, ...options });

  let input: unknown;
  const keepInput: ForwardPreHook = (_module, inputs) => {
    input = inputs[0];
  };

  test(`an input of the caller that a hook gave as the output is not freed when the next one replaces it (${mode})`, async () => {
    const result = await after(make(output), [keepInput, gives('pre')], [() => input, gives('last')]);
    assert.equal(result.alive, ['last', 'x']);
  });

  test(`a stream reads the inputs of a pre-hook before they are freed (${mode})`, async () => {
    const generator =
      mode === 'sync'
        ? function* (x: Owned) {
            yield x.read();
            yield x.read();
          }
        : async function* (x: Owned) {
            yield x.read();
            yield x.read();
          };
    assert.equal(await after(make(generator), [gives('pre')], []), { alive: ['x'], error: '', reports: [] });
  });

  test(`an output that cannot be searched fails no call and hides no error; that is reported (${mode})`, async () => {
    const deep = () => {
      let value: object = {};
      for (let depth = 0; depth < 200; depth++) value = { value };
      return value;
    };
    const passed = await after(make(deep), [gives('pre')], []);
    assert.is(passed.error, '');
    assert.match(passed.reports[0]!, /^layertap: the replaced tensors of a call could not be freed: .* nested deeper/);
    const mine: ForwardHook = () => {
      throw new Error('of the hook');
    };
    assert.is((await after(make(deep), [], [mine])).error, 'of the hook');
  });

  test(`mapInputs: the pipeline frees what pre-hooks made, the adapter what it made itself (${mode})`, async () => {
    const place = make(output);
    const mapInputs = () => [new Owned('mapped')];
    let made: unknown;
    const pre = () => {
      made = new Owned('pre');
      return made;
    };
    const forwards = { output, mapped: (x: Owned) => x, pre: () => made };
    for (const [name, forward] of Object.entries(forwards)) {
      const call = ((x: Owned) =>
        intercept(place, mode === 'sync' ? forward : async (y: Owned) => forward(y), [x], {
          mapInputs,
        })) as unknown as Place;
      const rest = [...new Set(['mapped', name, 'x'])].sort();
      assert.equal((await after(place, [pre], [], call)).alive, rest);
      if (name !== 'pre') assert.equal((await after(place, [], [() => undefined], call)).alive, rest);
      assert.equal((await after(place, [pre], [gives('last')], call)).alive, ['last', 'mapped', 'x']);
      const failing: ForwardHook = () => {
        throw new Error('of the hook');
      };
      assert.equal((await after(place, [pre], [failing], call)).alive, ['mapped', 'x']);
    }
  });

  test(`an output that is an input of a pre-hook belongs to the caller (${mode})`, async () => {
    assert.equal(
      (
        await after(
          make((x) => x),
          [gives('pre')],
          [],
        )
      ).alive,
      ['pre', 'x'],
    );
    assert.equal(
      (
        await after(
          make((x) => x),
          [gives('pre')],
          [gives('last')],
        )
      ).alive,
      ['last', 'x'],
    );
  });
}

test('an input of the caller that one pre-hook passed on and the next one dropped is not freed', async () => {
  const more: ForwardPreHook = (_module, [x]) => [x, new Owned('more')];
  assert.equal((await after(new Place(output), [more, gives('pre')], [])).alive, ['output', 'x']);
});

test('a function that throws for one tensor is reported; the call goes on, and the others are freed', async () => {
  const memory = manualMemory((tensor: Owned) => {
    tensor.free();
    throw new Error('cannot');
  });
  const result = await after(new Place(output, { memory }), [], [() => new Owned('mid'), gives('last')]);
  assert.equal(result.alive, ['last', 'x']);
  assert.is(result.error, '');
  assert.equal(result.reports, Array(2).fill('layertap: a replaced tensor could not be freed: cannot'));
  const pair = new Place(() => [new Owned('a'), new Owned('b')], { memory });
  assert.equal((await after(pair, [], [gives('last')])).alive, ['last', 'x']);
});

test.run();
