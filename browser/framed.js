/**
 * The frame of layertap.global.js. The build (scripts/parts.mjs) puts it around the modules that are in the file; the others are
 * parts, classic scripts beside it, which are loaded when they are first imported.
 * @param inside modules in the order in which they run: `[name, needs, make]`; the last one's named exports are the global
 * @param parts by name: `[key, needs]`
 * @param version two loads of one version give one copy; another version replaces the first, and warns as every second copy does
 */
// biome-ignore lint/correctness/noUnusedVariables: the build names it
function framed(inside, parts, version) {
  const VERSION = Symbol.for('layertap.global');
  const before = globalThis.layertap;
  if (before?.[VERSION] === version) {
    console.warn('layertap: layertap.global.js has been loaded twice; the first one stays');
    return before;
  }
  const script = globalThis.document?.currentScript;
  if (script === null) {
    console.warn(
      'layertap: layertap.global.js is a classic script: load it by <script src>, without type="module"; modules import layertap.js',
    );
  }
  // Now: a route or a <base> that comes later changes what script.src is.
  const base = script?.src || globalThis.document?.baseURI;
  /** Exports of modules, or promises of them. */
  const modules = new Map();
  let exports;
  for (const [name, names, make] of inside) {
    exports = make(...names.map((one) => modules.get(one)), load);
    modules.set(name, exports);
  }

  async function load(name) {
    if (!modules.has(name)) modules.set(name, made(name));
    return modules.get(name);
  }
  async function made(name) {
    try {
      const [key, needs] = parts[name];
      const file = name.replace(/js$/, 'part.js');
      const [given] = await Promise.all([Promise.all(needs.map(load)), loaded(file)]);
      const make = globalThis[Symbol.for('layertap.parts')]?.[key];
      if (make === undefined) throw new Error(`layertap: ${file.slice(2)} is of another build than layertap.global.js`);
      return make(...given, load);
    } catch (error) {
      // It may be imported again.
      modules.delete(name);
      throw error;
    }
  }
  function loaded(name) {
    return new Promise((resolve, reject) => {
      const element = document.createElement('script');
      element.onerror = () => {
        reject(new Error(`layertap: ${element.src} could not be loaded; it belongs beside layertap.global.js`));
        element.remove();
      };
      element.onload = () => {
        resolve();
        element.remove();
      };
      element.nonce = script?.nonce ?? '';
      element.src = new URL(name, base);
      document.head.append(element);
    });
  }

  // Names of one or two letters are the build's own, for other files.
  const named = Object.fromEntries(Object.entries(exports).filter(([name]) => name.length > 2));
  return Object.defineProperty(named, VERSION, { value: version });
}
