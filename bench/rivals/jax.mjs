// jax-js on its WebAssembly backend, jitted. If it finds workers, `data()` computes on as many as there are processors.
// Timed: an array becomes a jax array, the jitted function, the output read back. Weights stay where they are.

/**
 * @param version of the package, which does not export it
 * @throws Error if it cannot have this number of threads
 */
export async function openJax({ version, threads = 1 }) {
  if (threads === 1) {
    // It looks for workers each time it compiles, and onnxruntime-web defines them in Node.
    Object.defineProperty(globalThis, 'Worker', { get: () => undefined, set() {} });
  } else if (globalThis.process !== undefined) throw new Error('its threads need the workers of browsers');
  else if (navigator.hardwareConcurrency !== threads) {
    throw new Error(`it takes one thread for each of ${navigator.hardwareConcurrency} processors, not ${threads}`);
  }
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
    const call = () => forward(np.array(input).reshape([rows, layers[0].depth]), ...parameters.map((p) => p.ref));
    return {
      name,
      run: threads === 1 ? () => call().dataSync() : () => call().data(),
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
