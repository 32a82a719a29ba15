// PyTorch's own hook tests (test/nn/test_module_hooks.py, 2.13), ported under their names.
//
// Not ported, because layertap has no counterpart:
// - backward hooks (modules have no autograd): test_full_backward_hooks, test_full_backward_pre_hooks, test_mixed_hooks,
//   test_bw_hook_warning_for_non_tensor_or_tuple, test_module_global_hooks (its forward half is below),
//   test_module_global_hook_invalid_outputs, test_module_backward_global_hook_writeable, test_hooks (likewise),
//   test_hook_cpp, test_backward_hooks_interaction, test_hook_invalid_outputs, test_hook_requires_grad,
//   test_hook_no_requires_grad, test_hook_last_arg_requires_grad, test_hook_extra_input, test_hook_inplace,
//   test_hook_non_full_warning, test_hook_backward_size, test_hook_backward_writeable
// - hooks on state dicts (they are copies, loaded all or nothing): test_load_state_dict_pre_hook,
//   test_no_extra_ref_to_module, test_load_state_dict_module_pre_hook, test_load_state_dict_post_hook,
//   test_load_state_dict_post_hook_backward_compatibility, test_register_state_dict_pre_hook,
//   test_register_state_dict_pre_hook_lazy_module, test_register_state_dict_pre_hook_backward_compat,
//   test_register_state_dict_post_hook
// - pickling of modules: test_pickled_hook
// - hooks on the registration of parameters, buffers and modules (they are plain properties):
//   test_hook_buffer_registration, test_hook_submodule_registration, test_hook_parameter_registration
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Linear,
  listHooks,
  Module,
  ones,
  rand,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  relu,
  Sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';

const elementwise = (fn: (x: number) => number) => (t: Tensor) => tensor([...t.data].map(fn)).reshape(...t.shape);
const sigmoid = elementwise((x) => 1 / (1 + Math.exp(-x)));
const negative = elementwise((x) => -x);
const scaled = (factor: number) => elementwise((x) => x * factor);

class Net extends Module {
  seq1 = new Sequential(new Linear(10, 10), new Linear(10, 10));
  seq2 = new Sequential(new Linear(10, 10), new Linear(10, 10));
  override forward(x: Tensor): Tensor {
    return this.seq2(this.seq1(x));
  }
}

/** Returns a tuple or a named tuple: an array or an object here. Hooks must not convert it. */
class ToyModel extends Module {
  net1 = new Net();
  net2 = new Net();
  #named: boolean;
  constructor(named: boolean) {
    super();
    this.#named = named;
  }
  override forward(x: Tensor): [Tensor] | { res: Tensor } {
    const result = this.net2(this.net1(x));
    return this.#named ? { res: result } : [result];
  }
}

class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

const x = rand(10, 10);

for (const named of [false, true]) {
  test(`test_forward_hooks, named_tuple ${named}`, () => {
    const fired: number[] = [];
    const model = new ToyModel(named);
    const module = model.net1.seq2;
    const hook = (id: number) => (m: Module, inputs: readonly unknown[]) => {
      fired.push(id);
      assert.is(m, module);
      assert.is(inputs.length, 1);
    };
    [false, true, false, false, true].map((prepend, id) => module.registerForwardHook(hook(id), { prepend }));
    for (const expected of [
      [4, 1, 0, 2, 3],
      [4, 1, 0, 2, 3, 4, 1, 0, 2, 3],
    ]) {
      const output = model(x);
      assert.equal(fired, expected);
      assert.is(Array.isArray(output), !named);
    }
  });

  test(`test_forward_pre_hooks, named_tuple ${named}`, () => {
    const fired: number[] = [];
    const model = new ToyModel(named);
    const module = model.net2.seq1;
    const hook = (id: number) => (m: Module, inputs: readonly unknown[]) => {
      fired.push(id);
      assert.is(m, module);
      assert.is(inputs.length, 1);
    };
    [true, false, false, false, true].map((prepend, id) => module.registerForwardPreHook(hook(id), { prepend }));
    for (const expected of [
      [4, 0, 1, 2, 3],
      [4, 0, 1, 2, 3, 4, 0, 1, 2, 3],
    ]) {
      const output = model(x);
      assert.equal(fired, expected);
      assert.is(Array.isArray(output), !named);
    }
  });
}

interface Options {
  bias: Tensor;
}

/** PyTorch's keyword arguments are an options object here, the last input. */
class KwargModel extends Module {
  override forward(x: Tensor, options?: Options): Tensor {
    const bias = options?.bias;
    return bias === undefined ? x : add(x, bias);
  }
  internalHook(_m: Module, inputs: readonly [Tensor, (Options | undefined)?], output: Tensor): Tensor {
    return add(output, inputs[1]!.bias);
  }
}

const add = (a: Tensor, b: Tensor) => tensor([...a.data].map((value, i) => value + b.data[i]!)).reshape(...a.shape);
const bias = ones(10, 10);
const isClose = (actual: Tensor, expected: Tensor) =>
  expected.data.forEach((value, i) => {
    assert.ok(Math.abs(actual.data[i]! - value) <= 1e-6, `value ${i} must be ${value}, got ${actual.data[i]}`);
  });
const plus = (factor: number) => elementwise((value) => value + factor)(x);

test('test_kwarg_hooks', () => {
  const fired: string[] = [];
  const model = new KwargModel();
  model.registerForwardPreHook((_m, [input, options]) => {
    fired.push('pre');
    return [input, { bias: scaled(2)(options!.bias) }];
  });
  isClose(model(x, { bias }), plus(2));

  model.registerForwardHook((_m, inputs, output) => {
    fired.push('post');
    return add(output, inputs[1]!.bias);
  });
  fired.length = 0;
  isClose(model(x, { bias }), plus(4));
  assert.equal(fired, ['pre', 'post']);

  const bound = new KwargModel();
  bound.registerForwardHook(bound.internalHook.bind(bound));
  isClose(bound(x, { bias }), plus(2));
});

test('test_remove_kwarg_hooks', () => {
  const model = new KwargModel();
  const pre = model.registerForwardPreHook((_m, [input, options]) => [input, { bias: scaled(2)(options!.bias) }]);
  const post = model.registerForwardHook((_m, inputs, output) => add(output, inputs[1]!.bias));
  isClose(model(x, { bias }), plus(4));
  post.remove();
  assert.equal(
    listHooks(model).map(({ id }) => id),
    [pre.id],
  );
  isClose(model(x, { bias }), plus(2));
  pre.remove();
  assert.equal(listHooks(model), []);
  isClose(model(x, { bias }), plus(1));
});

test('test_always_called_forward_hooks', () => {
  class FailsInForwardModel extends Module {
    override forward(input: Tensor, fail = true): Tensor {
      if (fail) throw new Error('failing in forward');
      return input;
    }
  }
  const model = new FailsInForwardModel();
  const stack: number[] = [];
  const always = model.registerForwardHook(() => void stack.push(-1), { alwaysCall: true });
  const setup = model.registerForwardPreHook(() => void stack.push(2));

  // (a) forward throws
  assert.throws(() => model(x), /^failing in forward$/);
  assert.equal(stack.splice(0), [2, -1]);
  // (b) success: exactly once
  model(x, false);
  assert.equal(stack.splice(0), [2, -1]);
  setup.remove();
  // (c) a pre-hook throws
  const failing = model.registerForwardPreHook(() => {
    stack.push(2);
    throw new Error('failing in ctx setup');
  });
  assert.throws(() => model(x, false), /^failing in ctx setup$/);
  assert.equal(stack.splice(0), [2, -1]);
  // (d) another alwaysCall hook throws too: the call throws the first error, and the other hooks still run
  const second = model.registerForwardHook(
    () => {
      stack.push(-2);
      throw new Error('error in hook');
    },
    { prepend: true, alwaysCall: true },
  );
  const { warn } = console;
  console.warn = () => stack.push(99);
  try {
    assert.throws(() => model(x, false), /^failing in ctx setup$/);
  } finally {
    console.warn = warn;
  }
  assert.equal(stack.splice(0), [2, -2, 99, -1]);
  failing.remove();
  // (f) a hook that throws does not run twice
  assert.throws(() => model(x, false), /^error in hook$/);
  assert.equal(stack.splice(0), [-2, -1]);
  // (e) no hook is left
  second.remove();
  always.remove();
  assert.equal(listHooks(model), []);
  // (g) the same with a global hook
  const global = registerModuleForwardHook(() => void stack.push(-1), { alwaysCall: true });
  assert.throws(() => model(x), /^failing in forward$/);
  assert.equal(stack.splice(0), [-1]);
  global.remove();
  assert.throws(() => model(x), /^failing in forward$/);
  assert.equal(stack, []);
});

test('test_module_global_hooks (forward)', () => {
  const modules = [new Sigmoid(), new Sigmoid(), new Sigmoid()];
  let counter = 0;
  const all = () => modules.forEach((module) => void module(x));
  const one = registerModuleForwardHook(() => {
    counter += 1;
  });
  all();
  assert.is(counter, 3);
  all();
  assert.is(counter, 6);
  const two = registerModuleForwardHook(() => {
    counter += 2;
  });
  all();
  assert.is(counter, 15);
  one.remove();
  modules[0]!(x);
  modules[1]!(x);
  assert.is(counter, 19);
  two.remove();
  all();
  assert.is(counter, 19);
});

test('test_module_global_forward_preforward_hook_writeable', () => {
  const module = new Sigmoid();
  const handles = [
    registerModuleForwardPreHook((_m, inputs) => relu(inputs[0] as Tensor)),
    registerModuleForwardHook((_m, _inputs, output) => negative(output as Tensor)),
  ];
  const input = tensor([-1, 0, 2]);
  isClose(module(input), negative(sigmoid(relu(input))));
  for (const handle of handles) handle.remove();
  isClose(module(input), sigmoid(input));
});

test('test_module_forward_preforward_hook_removable', () => {
  const module = new Sigmoid();
  let calls = 0;
  const removing = () => {
    const handle = registerModuleForwardPreHook(() => {
      calls++;
      handle.remove();
    });
  };
  removing();
  removing();
  isClose(module(x), sigmoid(x));
  isClose(module(x), sigmoid(x));
  assert.is(calls, 2);
});

test('test_module_forward_forward_hook_removable', () => {
  const module = new Sigmoid();
  let calls = 0;
  const removing = () => {
    const handle = registerModuleForwardHook(() => {
      calls++;
      handle.remove();
    });
  };
  removing();
  removing();
  isClose(module(x), sigmoid(x));
  isClose(module(x), sigmoid(x));
  assert.is(calls, 2);
});

test('test_global_and_local_hooks_order', () => {
  const module = new Sigmoid();
  const order: string[] = [];
  module.registerForwardPreHook(() => void order.push('local pre'));
  module.registerForwardHook(() => void order.push('local'));
  const handles = [
    registerModuleForwardPreHook(() => void order.push('global pre')),
    registerModuleForwardHook(() => void order.push('global')),
  ];
  module(x);
  for (const handle of handles) handle.remove();
  assert.equal(order, ['global pre', 'local pre', 'global', 'local']);
});

test('test_module_global_hooks_with_kwargs', () => {
  const model = new KwargModel();
  const handle = registerModuleForwardHook((_m, inputs, output) => add(output as Tensor, (inputs[1] as Options).bias));
  isClose(model(x, { bias }), plus(2));
  handle.remove();
  isClose(model(x, { bias }), plus(1));
});

test('test_hooks (forward)', () => {
  const module = new Sigmoid();
  let counter = 0;
  const hook = (weight: number) => (m: Module, inputs: readonly [Tensor], output: Tensor) => {
    assert.is(m, module);
    assert.ok(Array.isArray(inputs) && inputs.length === 1);
    assert.ok(output.size === 100);
    counter += weight;
  };
  const one = module.registerForwardHook(hook(1));
  module(x);
  module(x);
  assert.is(counter, 2);
  const two = module.registerForwardHook(hook(2));
  module(x);
  assert.is(counter, 5);
  one.remove();
  module(x);
  assert.is(counter, 7);
  two.remove();
  module(x);
  assert.is(counter, 7);
});

test('test_hook_forward_preforward_writable', () => {
  const module = new Sigmoid();
  const input = tensor([-1, 0, 2]);
  module.registerForwardPreHook((_m, inputs) => relu(inputs[0]));
  module.registerForwardHook((_m, _inputs, output) => negative(output));
  isClose(module(input), negative(sigmoid(relu(input))));
});

test.run();
