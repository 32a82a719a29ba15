// jax-js on its WebAssembly backend, jitted. It uses all threads if it finds workers.
// Timed: an array becomes a jax array, the jitted function, the output read back. Weights stay where they are.

/** @param version of the package, which does not export it */
export async function openJax({ version }) {
  // One thread: jax-js looks for workers each time it compiles, and onnxruntime-web defines them in Node.
  Object.defineProperty(globalThis, 'Worker', { get: () => undefined, set() {} });
  const { defaultDevice, init, jit, nn, numpy: np } = await import('@jax-js/jax');
  await init('wasm');
  defaultDevice('wasm');
  const name = 'jax-js';

  /** jax-js counts references: `ref` keeps a value for another use. */
  function linearLayer(x, w, b, relu) {
    const sum = np.matmul(x, np.transpose(w)).add(b);
    return relu ? nn.relu(sum) : sum;
  }
  const resident = ({ depth, columns, weight, bias }) => [np.array(weight).reshape([columns, depth]), np.array(bias)];

  function network({ rows, layers, input }) {
    const parameters = layers.flatMap(resident);
    const forward = jit((x, ...weights) =>
      layers.reduce((value, { relu }, i) => linearLayer(value, weights[2 * i], weights[2 * i + 1], relu), x),
    );
    return {
      name,
      run: () => forward(np.array(input).reshape([rows, layers[0].depth]), ...parameters.map((p) => p.ref)).dataSync(),
      dispose() {
        for (const parameter of parameters) parameter.dispose();
        forward.dispose?.();
      },
    };
  }
  return {
    name,
    version,
    linear: (layer) => network({ ...layer, layers: [{ ...layer, relu: true }] }),
    network,
    relu(values) {
      const forward = jit((x) => nn.relu(x));
      return { name, run: () => forward(np.array(values)).dataSync(), dispose: () => forward.dispose?.() };
    },
  };
}
