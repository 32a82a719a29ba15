/**
 * The frame of layertap.global.js. The build puts this function around it (rollup.config.mjs): what few pages need are classic scripts
 * beside the file, loaded when it is first shown, and each hands itself in by `layertap[PART](name, needs, make)`.
 * @param main the file itself: `main(exports, load)`
 * @param version two loads of one version give one copy; another version replaces the first, and warns as every second copy does
 */
// biome-ignore lint/correctness/noUnusedVariables: the build names it
function framed(main, version) {
  const PART = Symbol.for('layertap.part');
  const VERSION = Symbol.for('layertap.global');
  const before = globalThis.layertap;
  if (before?.[VERSION] === version) {
    console.warn('layertap: layertap.global.js has been loaded twice; the first one stays');
    return before;
  }
  const script = globalThis.document?.currentScript;
  const exports = {};
  /** Promises of parts, and what resolves those that are being loaded. */
  const parts = new Map();
  const waiting = new Map();
  const nameOf = (id) => id.split('/').pop();

  function part(id) {
    const name = nameOf(id);
    if (name === 'layertap.global') return exports;
    if (!parts.has(name)) parts.set(name, loaded(name));
    return parts.get(name);
  }
  function loaded(name) {
    return new Promise((resolve, reject) => {
      waiting.set(name, resolve);
      const element = document.createElement('script');
      element.onerror = () => {
        // It may be asked for again.
        parts.delete(name);
        reject(new Error(`layertap: ${element.src} could not be loaded; it belongs beside layertap.global.js`));
      };
      element.onload = () => element.remove();
      element.nonce = script?.nonce ?? '';
      element.src = script?.src ? new URL(`${name}.js`, script.src) : `${name}.js`;
      document.head.append(element);
    });
  }
  const load = (ids, resolve, reject) => Promise.all(ids.map(part)).then((found) => resolve(...found), reject);
  const take = (id, needs, make) => {
    const own = {};
    const given = needs.map((need) => (need === 'exports' ? own : need === 'require' ? load : part(need)));
    const made = Promise.all(given).then((all) => {
      make(...all);
      return own;
    });
    waiting.get(nameOf(id))?.(made);
  };

  main(exports, load);
  return Object.defineProperties(exports, { [PART]: { value: take }, [VERSION]: { value: version } });
}
