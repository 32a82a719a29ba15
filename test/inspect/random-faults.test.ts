// Random models with a fault at a random layer: a locked run names that layer, two recordings never name another one.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, listHooks, Module, manualSeed, ReLU, rand, Sequential, type Tensor } from '../../src/index.ts';
import { compare, record } from '../../src/inspect/index.ts';
import { generator } from './random.ts';

const WIDTH = 6;

/** Any of the layers below: what takes a tensor and gives one. */
type Layer = ReLU;

const sum = (a: Tensor, b: Tensor) => a.map((value, i) => value + b.data[i]!);

class Residual extends Module {
  inner: Layer;
  constructor(inner: Layer) {
    super();
    this.inner = inner;
  }
  override forward(x: Tensor): Tensor {
    return sum(x, this.inner(x));
  }
}

class Twice extends Module {
  inner: Layer;
  constructor(inner: Layer) {
    super();
    this.inner = inner;
  }
  override forward(x: Tensor): Tensor {
    return this.inner(this.inner(x));
  }
}

class Parallel extends Module {
  left: Layer;
  right: Layer;
  constructor(left: Layer, right: Layer) {
    super();
    [this.left, this.right] = [left, right];
  }
  override forward(x: Tensor): Tensor {
    return sum(this.left(x), this.right(x));
  }
}

/** The same model for the same seed. */
function randomModel(seed: number): Sequential {
  manualSeed(seed);
  const next = generator(seed);
  const make = (depth: number): Layer => {
    const inside = () => make(depth - 1);
    switch (next(depth === 0 ? 2 : 6)) {
      case 0:
        return new Linear(WIDTH, WIDTH) as unknown as Layer;
      case 1:
        return new ReLU();
      case 2:
        return new Sequential(...Array.from({ length: 1 + next(3) }, inside)) as unknown as Layer;
      case 3:
        return new Residual(inside()) as unknown as Layer;
      case 4:
        return new Twice(inside()) as unknown as Layer;
      default:
        return new Parallel(inside(), inside()) as unknown as Layer;
    }
  };
  return new Sequential(make(3), make(3), new Linear(WIDTH, WIDTH));
}

test('a fault in any layer of any model is named, and without one there is none', async () => {
  for (let seed = 1; seed <= 80; seed++) {
    const next = generator(seed + 1000);
    const [a, b] = [randomModel(seed), randomModel(seed)];
    const x = rand(3, WIDTH).map((value) => value - 0.5);
    assert.is((await compare(a, b, [x])).verdict, 'PASS', `seed ${seed}`);
    const layers = [...b.namedModules()].filter(([, module]) => module instanceof Linear);
    const [path, layer] = layers[next(layers.length)] as [string, Linear];
    const row = next(WIDTH);
    layer.weight.assign(layer.weight.data.map((value, i) => (Math.floor(i / WIDTH) === row ? value * 1.05 : value)));
    layer.bias!.assign(layer.bias!.data.map((value, i) => (i === row ? value + 0.01 : value)));
    const recording = await record(a, [x], { parameters: seed % 2 === 0 });
    const locked = seed % 3 === 0 ? await compare(a, b, [x]) : await compare(b, recording, [x]);
    assert.equal([locked.verdict, locked.first?.path], ['FAIL', path], `seed ${seed}: ${locked}`);
    const free = await compare(recording, await record(b, [x]));
    if (free.verdict === 'FAIL') assert.is(free.first?.path, path, `seed ${seed}: ${free}`);
    else assert.is(free.verdict, 'INCONCLUSIVE', `seed ${seed}: ${free}`);
    assert.equal([...listHooks(a), ...listHooks(b)], []);
  }
});

test.run();
