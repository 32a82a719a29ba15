// record() and compare() on random models with hooks of their own: returned, thrown or abandoned half-way, they leave the
// registrations as they were.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Hookable,
  Identity,
  listHooks,
  Module,
  ReLU,
  rand,
  Sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { compare, record } from '../../src/inspect/index.ts';

class Throwing extends Module {
  override forward(_x: Tensor): Tensor {
    throw new Error('planted');
  }
}

class Later extends Module {
  static override readonly async: boolean = true;
  override async forward(x: Tensor): Promise<Tensor> {
    return x;
  }
}

class Endless extends Module {
  static override readonly async: boolean = true;
  override forward(_x: Tensor): Promise<Tensor> {
    return new Promise(() => {});
  }
}

/** Awaits each of its modules. */
class Chain extends Module {
  static override readonly async: boolean = true;
  parts: Hookable[];
  constructor(parts: Hookable[]) {
    super();
    this.parts = parts;
  }
  override async forward(x: Tensor): Promise<Tensor> {
    let y: unknown = x;
    for (const part of this.parts) y = await part(y);
    return y as Tensor;
  }
}

type Kind = 'relu' | 'identity' | 'noise' | 'throwing' | 'later' | 'endless' | 'nested';
type HookOf = 'none' | 'observer' | 'forward' | 'pre' | 'transform';

const kinds = fc.array(
  fc.record({
    kind: fc.constantFrom<Kind>(
      'relu',
      'identity',
      'noise',
      'later',
      'nested',
      'relu',
      'identity',
      'throwing',
      'endless',
    ),
    hook: fc.constantFrom<HookOf>('none', 'observer', 'forward', 'pre', 'none'),
  }),
  { minLength: 1, maxLength: 6 },
);

class Noise extends Module {
  override forward(x: Tensor): Tensor {
    return tensor((x.data as Float32Array).map((value) => value + Math.random()));
  }
}

function made(kind: Kind): Module {
  switch (kind) {
    case 'relu':
      return new ReLU();
    case 'identity':
      return new Identity();
    case 'noise':
      return new Noise();
    case 'throwing':
      return new Throwing();
    case 'later':
      return new Later();
    case 'endless':
      return new Endless();
    case 'nested':
      return new Sequential(new ReLU(), new Identity());
  }
}

function chainOf(parts: readonly { readonly kind: Kind; readonly hook: HookOf }[]): Chain {
  const chain = new Chain(parts.map(({ kind }) => made(kind)));
  for (const [i, { hook }] of parts.entries()) {
    const part = chain.parts[i]!;
    if (hook === 'observer') part.observe(() => {});
    if (hook === 'forward') part.registerForwardHook(() => undefined);
    if (hook === 'pre') part.registerForwardPreHook(() => undefined);
  }
  return chain;
}

const registered = (model: Hookable) => listHooks(model).map(({ path, kind, id }) => `${path} ${kind} ${id}`);

test('record() and compare() leave the registrations as they were', async () => {
  await fc.assert(
    fc.asyncProperty(kinds, kinds, fc.boolean(), async (one, other, isAborted) => {
      const [a, b] = [chainOf(one), chainOf(other)];
      const before = [registered(a), registered(b)];
      const x = [rand(3)] as const;
      // An endless model is always given up, any other one perhaps.
      const run = async (use: (signal: AbortSignal) => Promise<unknown>) => {
        const controller = new AbortController();
        const waiting = use(controller.signal).catch(() => {});
        const isEndless = [...one, ...other].some(({ kind }) => kind === 'endless');
        if (isEndless || isAborted) {
          for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
          controller.abort();
        }
        await waiting;
        assert.equal([registered(a), registered(b)], before);
      };
      await run((signal) => record(a, x, { signal }));
      await run((signal) => compare(a, b, x, { signal }));
    }),
    { numRuns: 150, seed: 17 },
  );
});

test.run();
