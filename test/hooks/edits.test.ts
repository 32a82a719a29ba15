// Edits carried out as forward hooks in JavaScript.
import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Edit, editsOf, registerEdit } from '../../src/adapter.ts';
import { attach, listHooks, Module, type Tensor, tensor, withHooks } from '../../src/index.ts';

class Same extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

const X = tensor([
  [
    [1, -2],
    [3, NaN],
    [-5, 6],
  ],
  [
    [7, 8],
    [-9, 10],
    [11, -12],
  ],
]);

/** The values of X after an edit. */
function edited(edit: Edit<Tensor>): number[] {
  const module = new Same();
  registerEdit(module, edit);
  const output = module(X);
  assert.equal(output.shape, [2, 3, 2]);
  return [...output.data];
}

/** The values of X mapped one by one; i, j and k are the indices. */
const mapped = (value: (x: number, i: number, j: number, k: number) => number) =>
  [...X.data].map((x, at) => value(x, Math.floor(at / 6), Math.floor(at / 2) % 3, at % 2));

test('each operation computes its formula with numbers, arrays along an axis and tensors', () => {
  for (const [edit, expected] of [
    [{ add: 0.5 }, mapped((x) => x + 0.5)],
    [{ add: [1, 2] }, mapped((x, _i, _j, k) => x + [1, 2][k]!)],
    [{ add: Float64Array.of(1, 2, 3), axis: 1 }, mapped((x, _i, j) => x + [1, 2, 3][j]!)],
    [{ add: [1, 2, 3], axis: -2 }, mapped((x, _i, j) => x + [1, 2, 3][j]!)],
    [{ add: [10n, 20n], axis: 0 }, mapped((x, i) => x + [10, 20][i]!)],
    [{ scale: 0 }, mapped((x) => x * 0)],
    [{ scale: tensor([[2], [3], [4]]) }, mapped((x, _i, j) => x * [2, 3, 4][j]!)],
    [{ scale: tensor([[[[[2]]]]]) }, mapped((x) => x * 2)],
    [{ clamp: [-4, 7] }, mapped((x) => (x < -4 ? -4 : x > 7 ? 7 : x))],
    [{ clamp: [-Infinity, 0] }, mapped((x) => (x > 0 ? 0 : x))],
    [{ zero: true }, mapped(() => 0)],
    [{ replace: tensor([[[1], [2], [3]]]) }, mapped((_x, _i, j) => j + 1)],
    [{ replace: [4], axis: 2 }, mapped(() => 4)],
    [{ keep: [0, -1], axis: 1 }, mapped((x, _i, j) => (j === 1 ? 0 : x))],
    [{ keep: [], axis: 0 }, mapped(() => 0)],
    [{ ablate: [1], axis: -1 }, mapped((x, _i, _j, k) => (k === 1 ? 0 : x))],
    [{ ablate: [1, 1], axis: 0 }, mapped((x, i) => (i === 1 ? 0 : x))],
    [{ blend: 0.25, with: [2, 4] }, mapped((x, _i, _j, k) => x + 0.25 * ([2, 4][k]! - x))],
  ] as [Edit<Tensor>, number[]][]) {
    assert.equal(edited(edit), expected, JSON.stringify(Object.keys(edit)));
  }
});

test('an edit runs in its place among the hooks, is listed, and is removed by its handle or withHooks()', () => {
  const module = new Same();
  const x = tensor([1, 2]);
  const handle = registerEdit(module, { add: 1 });
  module.registerForwardHook(function tenfold(_m, _i, y) {
    return tensor([...y.data].map((value) => value * 10));
  });
  registerEdit(module, { scale: 2 });
  registerEdit(module, { zero: true }, { prepend: true }).remove();
  registerEdit(module, { add: 100 }, { prepend: true });
  const seen: number[][] = [];
  module.observe(({ output }) => seen.push([...output.data]));
  assert.equal([...module(x).data], [2040, 2060]);
  assert.equal(seen, [[2040, 2060]]);
  assert.equal(
    listHooks(module).map(({ kind, name, calls }) => `${kind} ${name} ${calls}`),
    ['edit add 1', 'edit add 1', 'forward tenfold 1', 'edit scale 1', 'observer (anonymous) 1'],
  );
  handle.remove();
  assert.equal([...module(x).data], [2020, 2040]);
  assert.equal(
    withHooks(
      () => registerEdit(module, { zero: true }),
      () => [...module(x).data],
    ),
    [0, 0],
  );
  assert.equal([...module(x).data], [2020, 2040]);
});

test('set() copies the value and applies from the next call', () => {
  const module = new Same();
  const values = Float32Array.of(1, 2);
  const add = registerEdit(module, { add: values });
  values.fill(9);
  assert.equal([...module(tensor([0, 0])).data], [1, 2]);
  add.set(values);
  values.fill(7);
  assert.equal([...module(tensor([0, 0])).data], [9, 9]);
  assert.throws(() => add.set([1, 2, 3]), /the value to set must be of shape \[2\], got \[3\]/);
  assert.throws(() => add.set('more'), /add must be a number, an array of numbers or a tensor, got the string "more"/);
  assert.equal([...module(tensor([0, 0])).data], [9, 9]);
  add.remove();
  const blend = registerEdit(module, { blend: 0, with: [10, 20] });
  blend.set(0.5);
  assert.equal([...module(tensor([0, 0])).data], [5, 10]);
  blend.remove();
  const keep = registerEdit(module, { keep: [0], axis: 0 });
  keep.set([0, 1]);
  assert.equal([...module(tensor([3, 4])).data], [3, 4]);
  keep.remove();
  const clamp = registerEdit(module, { clamp: [0, 1] });
  clamp.set([1, 2]);
  assert.equal([...module(tensor([0, 4])).data], [1, 2]);
  clamp.remove();
  assert.throws(() => registerEdit(module, { zero: true }).set(1), /zero has no value to set/);
  const replace = registerEdit(module, { replace: tensor([1, 2]) });
  assert.throws(() => replace.set([3, 4]), /the value to set must be a tensor, as before/);
});

test('leading ones of a tensor count only as far as the output has them', () => {
  const module = new Same();
  for (const edit of [{ replace: tensor([[[1, 2]]]) }, { add: tensor([[[1, 2]]]) }]) {
    const handle = registerEdit(module, edit);
    const [verb] = Object.keys(edit);
    for (const x of [tensor([0, 0]), tensor([[0, 0]]), tensor([[[0, 0]]])]) {
      const output = module(x);
      assert.equal([verb, output.shape, [...output.data]], [verb, x.shape, [1, 2]]);
    }
    handle.set(tensor([3, 4]));
    assert.equal([...module(tensor([0, 0])).data], [3, 4]);
    assert.throws(() => handle.set(tensor([3])), /the value to set must be of shape/);
    handle.remove();
  }
});

test('an edit that would change the shape, or misses its axis, fails the call and shows the shape', () => {
  for (const [edit, message] of [
    [
      { add: [1, 2, 3] },
      /must not change the shape\n.*\n {2}edit: add\n {2}got: \[3\]\n {2}expected: .* broadcasts to \[1, 2\]/,
    ],
    [
      {
        scale: tensor([
          [1, 2],
          [3, 4],
        ]),
      },
      /got: \[2, 2\]\n {2}expected: .*\[1, 2\]/,
    ],
    [{ replace: tensor([[[1], [2]]]) }, /got: \[1, 2, 1\]/],
    [{ add: [1, 2], axis: 2 }, /got: \[2\] along axis 2/],
    [{ keep: [0], axis: 2 }, /needs the axis\n.*\n.*\n {2}got: \[1, 2\]\n {2}expected: an output with axis 2/],
    [{ keep: [0], axis: -3 }, /an output with axis -3/],
    [{ ablate: [2], axis: 1 }, /got: index 2\n {2}expected: indices below 2/],
    [{ ablate: [-3], axis: 1 }, /got: index -3/],
  ] as [Edit<Tensor>, RegExp][]) {
    const module = new Same();
    registerEdit(module, edit);
    assert.throws(() => module(tensor([[1, 2]])), message);
  }
});

test('a wrong edit throws a TypeError at registration, and nothing is registered', () => {
  const module = new Same();
  for (const [edit, message] of [
    [undefined, /registerEdit\(\) of Same: the edit must be an object with one of add, scale, .*, got undefined/],
    [{}, /must be an object with one of/],
    [{ add: 1, scale: 2 }, /must be an object with one of/],
    [{ ad: 1 }, /one of add, .*, got an object with ad\n {2}"ad" is unknown, nearest: add$/],
    [{ axis: 1, ablates: [1] }, /got an object with axis, ablates\n {2}"ablates" is unknown, nearest: ablate$/],
    [{ add: 1, axes: 2 }, /add takes axis, got "axes"/],
    [{ clamp: [0, 1], axis: 1 }, /clamp takes nothing else, got "axis"/],
    [{ add: 'x' }, /add must be a number, an array of numbers or a tensor, got the string "x"/],
    [{ add: [1, 'x'] }, /add\[1\]/],
    [{ add: tensor([1]), axis: 0 }, /axis is for arrays, and add is a tensor/],
    [{ add: [1, 2], axis: 0.5 }, /axis must be a whole number, got the number 0.5/],
    [{ clamp: [1, 0] }, /clamp must be \[min, max\], two numbers/],
    [{ clamp: [NaN, 0] }, /clamp must be \[min, max\]/],
    [{ zero: 1 }, /zero must be true/],
    [{ keep: [0] }, /axis must be a whole number, got undefined/],
    [{ keep: [0.5], axis: 0 }, /keep must be an array of whole numbers/],
    [{ blend: '1', with: 2 }, /blend must be a number, got the string "1"/],
    [{ blend: 1 }, /with must be a number, an array of numbers or a tensor, got undefined/],
  ] as [never, RegExp][]) {
    assert.throws(
      () => registerEdit(module, edit),
      (error: Error) => error instanceof TypeError && message.test(error.message),
      String(message),
    );
  }
  assert.throws(
    () => registerEdit(module, { add: 1 }, { prepend: 1 } as never),
    /option "prepend" must be true or false/,
  );
  assert.equal(listHooks(module), []);
  const attached = attach({ run: (x: number[]) => x }, 'run');
  assert.throws(() => registerEdit(attached, { zero: true }), /must have a TensorReader with withValues\(\)/);
});

test('an edit of an output that is not a tensor fails the call', () => {
  class Pair extends Module {
    override forward(x: Tensor): Tensor[] {
      return [x, x];
    }
  }
  const module = new Pair();
  registerEdit(module, { zero: true });
  assert.throws(() => module(X), /an edit needs a tensor\n.*\n {2}edit: zero\n {2}got: an array of length 2/);
});

test('an edit awaits a reader that returns promises', async () => {
  const is = (value: unknown): value is Float32Array => value instanceof Float32Array;
  const reader = {
    is,
    shape: (t: Float32Array) => [t.length],
    values: async (t: Float32Array) => t,
    keep: (t: Float32Array) => t.slice(),
    withValues: (_t: Float32Array, values: ArrayLike<number>) => Float32Array.from(values),
  };
  const model = { run: async (x: Float32Array) => x };
  registerEdit(attach(model, 'run', { reader, async: true }) as never, { add: [1, 2] });
  assert.equal([...(await model.run(Float32Array.of(1, 1)))], [2, 3]);
});

test('editsOf() returns the edits in order, and whether there are other hooks or observers', () => {
  const module = new Same();
  const none = {
    edits: [],
    hasPreHooks: false,
    hasOtherHooks: false,
    hasTransforms: false,
    hasObservers: false,
    reads: undefined,
  };
  assert.equal(editsOf(module), none);
  registerEdit(module, { add: [1, 2], axis: 1 });
  const keep = registerEdit(module, { keep: [3], axis: -1 }, { prepend: true });
  module.observe(() => {});
  const [first, second] = editsOf(module).edits;
  assert.equal([first!.op, first!.axis, first!.operands[0]!.values], ['keep', -1, Int32Array.of(3)]);
  assert.equal(second!.operands, [
    { values: Float32Array.of(1, 2), shape: [2], axis: 1, tensor: undefined, data: undefined },
  ]);
  const { operands } = first!;
  keep.set([4]);
  assert.equal([operands[0]!.values[0], first!.operands[0]!.values[0]], [3, 4]);
  assert.is(editsOf(module).hasOtherHooks, false);
  assert.is(editsOf(module).hasObservers, true);
  const handle = module.registerForwardHook(() => {});
  assert.is(editsOf(module).hasOtherHooks, true);
  handle.remove();
  module.registerForwardPreHook(() => {});
  assert.equal([editsOf(module).hasOtherHooks, editsOf(module).hasPreHooks], [false, true]);
  module.transform(map((output) => output));
  assert.equal([editsOf(module).hasOtherHooks, editsOf(module).hasTransforms], [true, true]);
});

test.run();
