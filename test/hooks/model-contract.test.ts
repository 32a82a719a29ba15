// modelContract on a Module and on attached methods, and on adapters with one fault each, which it must find.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  Hookable,
  Linear,
  Module,
  ReLU,
  relu,
  Sequential,
  Tensor,
  type TensorReader,
  tensor,
} from '../../src/index.ts';
import { type ModelSubject, type ModelTarget, modelContract } from '../../src/testing/index.ts';

class Branches extends Module {
  layers = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2));
  heads = { left: new Linear(2, 2), right: new Linear(2, 1) };
  override forward(x: Tensor): Tensor {
    const hidden = relu(this.layers(x));
    this.heads.right(hidden);
    return this.heads.left(hidden);
  }
}

function core(): ModelSubject {
  const root = new Branches();
  return {
    root,
    run: () => root(tensor([[1, -2, 3]])),
    values: (output) => (output as Tensor).data,
    objects: [...root.modules()],
  };
}

type Vector = readonly number[];
const reader: TensorReader<Vector> = {
  is: (value): value is Vector => Array.isArray(value),
  shape: (vector) => [vector.length],
  values: (vector) => [...vector],
  keep: (vector) => [...vector],
};

class Scale {
  readonly factor: number;
  constructor(factor: number) {
    this.factor = factor;
  }
  forward([first, second]: Vector): Vector {
    return [this.factor * first!, this.factor * second!];
  }
}

class Framework {
  first = new Scale(3);
  second = new Scale(0.1);
  run(x: Vector): Vector {
    return this.second.forward(this.first.forward(x));
  }
}

/** @param spoil breaks the model or its attached methods as a faulty adapter would */
function attached(spoil: (model: Framework, methods: Hookable[]) => void = () => {}): ModelSubject {
  const model = new Framework();
  const [first, second] = [attach(model.first, 'forward', { reader }), attach(model.second, 'forward', { reader })];
  const root = attach(model, 'run', {
    reader,
    children: () => [
      ['first', first],
      ['second', second],
    ],
  });
  spoil(model, [root, first, second]);
  return {
    root,
    run: () => model.run([1, 2]),
    values: (output) => output as Vector,
    objects: [model, model.first, model.second],
  };
}

for (const target of [
  { name: 'a Module', create: core, copy: (output) => new Tensor((output as Tensor).data, (output as Tensor).shape) },
  { name: 'attached methods', create: () => attached(), copy: (output) => [...(output as Vector)] },
] satisfies ModelTarget[]) {
  for (const { name, run } of modelContract(target)) test(name, run);
}

/** The names of the failing cases, without that of the target, with their messages. */
async function failures(target: Omit<ModelTarget, 'name'>): Promise<string> {
  const failed: string[] = [];
  for (const { name, run } of modelContract({ ...target, name: '' })) {
    try {
      await run();
    } catch (error) {
      failed.push(`${name}: ${(error as Error).message}`);
    }
  }
  return failed.join('\n');
}

/** A layer of an adapter with one fault. */
class Faulty extends Hookable {
  readonly #scale: Scale;
  constructor(scale: Scale, fault: 'leaves a property' | 'changes a bit') {
    super({
      reader: reader as TensorReader,
      install: () => {
        scale.forward = (x) => {
          const output = (this as (x: Vector) => unknown)(x) as Vector;
          return fault === 'changes a bit' ? output.map((value) => value * (1 + 2 ** -52)) : output;
        };
      },
      uninstall: () => {
        if (fault === 'leaves a property') scale.forward = Scale.prototype.forward;
        else delete (scale as Partial<Scale>).forward;
      },
    });
    this.#scale = scale;
  }
  override forward(x: Vector): Vector {
    return Scale.prototype.forward.call(this.#scale, x);
  }
}

for (const [fault, found] of [
  ['leaves a property', /object 1, property forward, value has changed/],
  ['changes a bit', /output number 0 must be 0\.3\d* as without hooks, got 0\.3/],
] as const) {
  test(`modelContract finds an adapter that ${fault}`, async () => {
    const create = (): ModelSubject => {
      const model = new Framework();
      const first = new Faulty(model.first, fault);
      const root = attach(model, 'run', { reader, children: () => [['first', first]] });
      return {
        root,
        run: () => model.run([1, 2]),
        values: (output) => output as Vector,
        objects: [model, model.first],
      };
    };
    assert.match(await failures({ create }), found);
  });
}

test('modelContract finds a tensor leak', async () => {
  const create = (): ModelSubject => {
    let alive = 0;
    const subject = attached();
    const run = () => {
      alive++;
      return subject.run();
    };
    return { ...subject, run, liveTensors: () => alive };
  };
  assert.match(await failures({ create }), /live tensors must be 1, got [2-9]/);
});

test('modelContract finds a changed element of an array, and accepts an equal copy of one', async () => {
  const create = (change: (list: number[]) => number[]) => (): ModelSubject => {
    const subject = attached();
    const layer = { list: [1, 2] };
    const run = () => {
      layer.list = change(layer.list);
      return subject.run();
    };
    return { ...subject, run, objects: [layer] };
  };
  assert.match(await failures({ create: create(([a, b]) => [a!, b! + 1]) }), /object 0, property list, 1 has changed/);
  assert.match(await failures({ create: create((list) => [...list, 0]) }), /object 0, property list, \w+ has changed/);
  assert.is(await failures({ create: create((list) => [...list]) }), '');
});

test('modelContract finds a hook that is left registered', async () => {
  const create = () => attached((_model, [, first]) => first!.observe(() => undefined));
  assert.match(await failures({ create }), /must be \[\], got \["first"\]/);
});

test('modelContract finds a reader that gives a wrong shape', async () => {
  const create = (): ModelSubject => {
    const model = new Framework();
    const first = attach(model.first, 'forward', { reader: { ...reader, shape: () => [7] } });
    const root = attach(model, 'run', { reader, children: () => [['first', first]] });
    return { root, run: () => model.run([1, 2]), values: (output) => output as Vector, objects: [model] };
  };
  assert.match(await failures({ create }), /first: 2 values for a shape of 7/);
});

test('modelContract finds a path to the wrong module', async () => {
  const create = (): ModelSubject => {
    const subject = attached();
    const { root } = subject;
    Object.defineProperty(root, 'getSubmodule', { value: () => root });
    return subject;
  };
  assert.match(await failures({ create }), /getSubmodule\("first"\) returns another module/);
});

test('modelContract checks its target and what create() gives', async () => {
  const target = { name: 'model', create: () => attached() };
  for (const [wrong, message] of [
    [undefined, 'the target must be an object, got undefined'],
    [{ ...target, name: 5 }, 'name of the target must be a string, got the number 5'],
    [{ name: 'model' }, 'create of the target must be a function, got undefined'],
    [{ ...target, copy: true }, 'copy of the target must be a function, got the boolean true'],
    [{ ...target, tolerance: '1e-6' }, 'tolerance of the target must be a number, got the string "1e-6"'],
  ] as const) {
    assert.throws(
      () => modelContract(wrong as never),
      (error: Error) => error instanceof TypeError && error.message === `modelContract(): ${message}`,
      message,
    );
  }
  for (const [member, value, message] of [
    ['root', {}, 'root of what create() gives must be a Hookable, got an Object'],
    ['run', undefined, 'run of what create() gives must be a function, got undefined'],
    ['objects', {}, 'objects of what create() gives must be an array, got an Object'],
  ] as const) {
    const create = (): ModelSubject => ({ ...attached(), [member]: value });
    assert.ok((await failures({ create })).includes(`modelContract(): ${message}`), message);
  }
});

test.run();
