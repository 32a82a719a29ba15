// layertap, with the interface of its rivals. Timed: the call of a user, from a Tensor on a JavaScript array to another: the
// input copied into WebAssembly, the product, the output copied out.

/**
 * @param kernels which ones this copy of the library runs on
 * @param name what it is called in the tables
 */
export function openLayertap({ kernels, library }, name = kernels === 'javascript' ? 'plain JavaScript' : kernels) {
  const { histogram, Linear, Module, Parameter, ReLU, relu, Sequential, summarize, Tensor } = library;

  function linearOf({ depth, columns, weight, bias }) {
    // Not `new Linear(depth, columns)`: that would draw millions of random numbers, for nothing.
    const module = new Linear(0, 0);
    module.weight = new Parameter(new Tensor(weight, [columns, depth]));
    module.bias = new Parameter(new Tensor(bias, [columns]));
    return module;
  }
  const sequentialOf = (layers) =>
    new Sequential(...layers.flatMap((layer) => [linearOf(layer), ...(layer.relu ? [new ReLU()] : [])]));

  /** Three layers with a forward of their own, as people write them. */
  class Network extends Module {
    constructor(layers) {
      super();
      [this.fc1, this.fc2, this.fc3] = layers.map(linearOf);
    }
    forward(x) {
      return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
    }
  }

  function candidate(module, values, shape, form = '') {
    const x = new Tensor(values, shape);
    return { name: `${name}${form}`, run: () => module(x).data, dispose: () => module.dispose() };
  }
  function network({ rows, layers, input }) {
    return candidate(sequentialOf(layers), input, [rows, layers[0].depth]);
  }

  return {
    name,
    library,
    network,
    linear: (layer) => network({ ...layer, layers: [{ ...layer, relu: true }] }),
    layer: (layer, input) => candidate(linearOf(layer), input, [1, layer.depth]),
    /** A network of three layers, in the forms that it takes in layertap. */
    forms({ rows, layers, input }) {
      const shape = [rows, layers[0].depth];
      return {
        Sequential: () => candidate(sequentialOf(layers), input, shape, ' Sequential'),
        Module: () => candidate(new Network(layers), input, shape, ' Module'),
        hooked() {
          const net = sequentialOf(layers);
          for (const module of net) if (module instanceof Linear) module.registerForwardHook(() => {});
          return candidate(net, input, shape, ' hooked');
        },
      };
    },
    relu(values) {
      const x = new Tensor(values, [values.length]);
      return { name, run: () => relu(x).data, dispose() {} };
    },
    summarize: (values) => ({
      name,
      run: () => summarize(values),
      read: ({ mean, variance, min, max }) => [mean, variance, min, max],
      dispose() {},
    }),
    histogram: (values, edges) => ({
      name,
      run: () => histogram(values, edges),
      read: ({ counts }) => counts,
      dispose() {},
    }),
  };
}
