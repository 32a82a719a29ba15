// layertap as it is shipped, once for each kind of kernels, so that both binaries and plain JavaScript can be timed in
// turns in one process. The library takes the best binary that the engine validates; each copy of it is loaded, and
// made to choose, while the engine seems to refuse what is better.

/**
 * @param load imports one copy of the built library: a name to a module
 * @param relaxedBinary the bytes of the relaxed binary
 * @returns `[{ kernels, library }]`, those that this engine can run
 */
export async function openOurs(load, relaxedBinary) {
  const { validate } = WebAssembly;
  const sameBytes = (bytes) => bytes.length === relaxedBinary.length && bytes.every((b, i) => b === relaxedBinary[i]);
  const engines = {
    relaxed: validate,
    simd: (bytes) => !sameBytes(new Uint8Array(bytes)) && validate(bytes),
    javascript: () => false,
  };
  const ours = [];
  for (const [name, engine] of Object.entries(engines)) {
    if (name === 'relaxed' && !validate(relaxedBinary)) continue;
    WebAssembly.validate = engine;
    try {
      const library = await load(name);
      const chosen = library.kernelName();
      if (chosen !== name) throw new Error(`the copy for ${name} kernels chose ${chosen}`);
      ours.push({ kernels: name, library });
    } finally {
      WebAssembly.validate = validate;
    }
  }
  return ours;
}
