// Runs one block in a module worker: types are stripped, bare imports become files of /runtime, and names that the block uses
// without defining them come from /runtime/cast.js, as in the tests.

/** A block that sends nothing for this many ms, its heartbeat included, is ended: it never yields. */
const SILENCE = 10_000;

/** A block that prints more lines is ended. */
const MOST_LINES = 10_000;

/** Declarations that a block makes at its top level: they replace those of the cast. */
const IMPORT = /^import\s[^;]*?from\s*'([^']+)';?|^import\s*'([^']+)';?/gm;

/** @returns the text of a module worker */
export async function workerSource(code, runtime, names) {
  const { transform } = await import('sucrase');
  const { code: script } = transform(code, { transforms: ['typescript'], disableESTransforms: true });
  const imports = [];
  const body = script.replace(IMPORT, (found, from, bare) => {
    imports.push(found.replace(`'${from ?? bare}'`, `'${fileOf(from ?? bare, runtime)}'`));
    return '\n'.repeat(found.split('\n').length - 1);
  });
  // In one line and in braces: a block may define names of the cast, and its line numbers stay.
  return [
    `import { begin, cast } from '${runtime}worker.js'; ${imports.join(' ').replaceAll('\n', ' ')}`,
    `const { ${names.join(', ')} } = cast(); await begin(async () => {${body}\n});`,
  ].join(' ');
}

function fileOf(name, runtime) {
  const known = /^(layertap|rxjs)(\/[\w/-]+)?$/.exec(name);
  if (known === null) throw new Error(`'${name}' cannot be imported here; layertap, its entries and rxjs can`);
  return `${runtime}${name.replaceAll('/', '-')}.js`;
}

/**
 * @param listener gets `{ line, level }`, `{ points }` of the viewer, `{ isDone }` and `{ ended: reason }`
 * @returns ends the block
 */
export function runInWorker(source, listener) {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module' });
  let lines = 0;
  let timer;
  const end = (reason) => {
    clearTimeout(timer);
    worker.terminate();
    URL.revokeObjectURL(url);
    listener({ ended: reason });
  };
  const expectMore = () => {
    clearTimeout(timer);
    timer = setTimeout(() => end(`Ended: it did not yield for ${SILENCE / 1000} seconds.`), SILENCE);
  };
  expectMore();
  worker.addEventListener('message', ({ data }) => {
    expectMore();
    if (data?.block === undefined) return;
    const { line, level, error, isDone, points } = data.block;
    if (line !== undefined && ++lines <= MOST_LINES) listener({ line, level });
    if (lines > MOST_LINES) end(`Ended: it printed more than ${MOST_LINES.toLocaleString('en')} lines.`);
    if (points !== undefined) listener({ points });
    if (error !== undefined) listener({ line: error, level: 'error' });
    if (isDone) listener({ isDone });
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    end(event.message === undefined ? 'A module could not be loaded.' : event.message);
  });
  return () => end('Ended.');
}
