// layertap as it is shipped, once for each kind of kernels, so that both binaries and plain JavaScript alternate in one
// process. The library takes the best binary that the engine validates, so `WebAssembly.validate` is replaced while a copy
// chooses.

/** The engine cannot run this section. Its message says why. */
export class Skip extends Error {}

/**
 * @param load imports a separate copy of the built library: kernels, threads → module
 * @param relaxedBinary the bytes of the relaxed binary
 * @param options `kernels`, of relaxed, simd and javascript (those that this engine lacks are left out), and `threads`
 * @returns `[{ kernels, library }]`
 * @throws Skip if the engine refuses the threads
 */
export async function openOurs(load, relaxedBinary, { kernels, threads = 1 }) {
  const { validate } = WebAssembly;
  const sameBytes = (bytes) => bytes.length === relaxedBinary.length && bytes.every((b, i) => b === relaxedBinary[i]);
  const engines = {
    relaxed: validate,
    simd: (bytes) => !sameBytes(new Uint8Array(bytes)) && validate(bytes),
    javascript: () => false,
  };
  const ours = [];
  for (const name of kernels) {
    if (name === 'relaxed' && !validate(relaxedBinary)) continue;
    WebAssembly.validate = engines[name];
    try {
      const library = await load(name, threads);
      const chosen = library.kernelName();
      if (chosen !== name) throw new Error(`the copy for ${name} kernels chose ${chosen}`);
      const got = threads === 1 ? 1 : await library.setNumThreads(threads);
      if (got !== threads) throw new Skip(`${name} kernels have ${got} thread here, not ${threads}`);
      ours.push({ kernels: name, library });
    } finally {
      WebAssembly.validate = validate;
    }
  }
  return ours;
}
