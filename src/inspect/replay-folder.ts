/** @file Saving what runs a module again: the values of one of its calls, and a script. */
import { className, encodeUtf8, FUNCTION, isThenable, mismatch } from '../check/index.ts';
import { type Hookable, optionsOf, type ReplayRecipe, type TensorReader } from '../hooks/index.ts';
import { builtin } from './builtin.ts';
import { joined } from './joined.ts';
import { pathOf, writeFile } from './recording-target.ts';
import { VALUES_FILE } from './replay.ts';
import { ReplayValues } from './replay-file.ts';
import { kindOfModule } from './run.ts';

/** A folder, in Node; or a function that gets the name and the bytes of each file, and may return a promise. */
export type ReplayTarget = string | URL | ((name: string, bytes: Uint8Array) => unknown);

const SCRIPT_FILE = 'replay.mjs';

/** @throws TypeError for what is neither a folder nor a function, or where there are no files */
export function checkReplayTarget(where: string, target: ReplayTarget): void {
  if (typeof target !== 'function') pathOf(where, 'option "save"', target, 'a function that gets each file');
  else if (!FUNCTION.accepts(target)) throw mismatch(where, 'option "save"', 'a folder or a function', target);
}

/** The URL of a file that a script imports. @throws TypeError for what is neither a path nor a URL */
export function sourceUrl(where: string, source: string | URL): string {
  const [path, url] = [builtin('node:path'), builtin('node:url')];
  if (path === undefined || url === undefined) return String(source);
  return url.pathToFileURL(path.resolve(pathOf(where, 'option "source"', source, 'the URL of the file'))).href;
}

/** A call that is to be saved. */
export interface SavedCall {
  readonly model: Hookable;
  readonly path: string;
  readonly module: Hookable;
  readonly call: number;
  readonly why: string;
  readonly inputs: readonly unknown[];
  readonly output: unknown;
  readonly reader: TensorReader | undefined;
}

/**
 * Saves a call. Its values are read before this returns, its weights too where the recipe is not a promise.
 * @param source the URL of the user's file that makes the model
 * @returns a promise that settles when all files are written; it rejects if the module cannot be run again, with the values written
 * @throws TypeError for tensors that cannot be read
 */
export function saveReplay(
  where: string,
  target: ReplayTarget,
  source: string | undefined,
  { model, path, module, call, why, inputs, output, reader }: SavedCall,
): Promise<void> {
  const values = new ReplayValues(where, reader, inputs, output);
  const { replay } = optionsOf(module);
  const replayed = { path, call, inputs, model: className(model), source };
  const made = replay === undefined ? 'it has no "replay" that says how' : replay(module, replayed);
  const prepare = (recipe: ReplayRecipe | string) => {
    const { weights = [], environment } = typeof recipe === 'string' ? ({} as Partial<ReplayRecipe>) : recipe;
    const names = weights.map(([name]) => name);
    for (const [name, tensor] of weights) values.add(`weights/${name}`, tensor);
    const facts = { path, call, why, kind: kindOfModule(module), model: replayed.model };
    return { recipe, names, facts: { ...facts, environment: [environment, engine()].filter(Boolean).join(', ') } };
  };
  const prepared = isThenable(made) ? made.then(prepare) : prepare(made);
  const write = async () => {
    const { recipe, names, facts } = await prepared;
    const writePart = writerOf(where, target);
    await writePart(VALUES_FILE, await values.encode(facts, names));
    if (typeof recipe === 'string') throw new Error(`${path || 'the model'} cannot be run again: ${recipe}`);
    for (const [name, bytes] of Object.entries(recipe.files ?? {})) await writePart(name, [bytes]);
    const script = [
      `// Runs ${path || 'the model'} (${facts.kind}) again: ${why}. In a folder of your project: node ${SCRIPT_FILE}`,
      ...Object.entries({ 'layertap/inspect': '{ openReplay }', ...recipe.imports }).map(importOf),
      '',
      'const replay = await openReplay(import.meta.url);',
      ...recipe.script,
      '',
    ];
    await writePart(SCRIPT_FILE, [encodeUtf8(script.join('\n'))]);
  };
  return write();
}

const importOf = ([from, what]: readonly [string, string]) =>
  `import ${what === '' ? '' : `${what} from `}${JSON.stringify(from)};`;

function writerOf(where: string, target: ReplayTarget): (name: string, parts: readonly Uint8Array[]) => unknown {
  if (typeof target === 'function') return (name, parts) => target(name, joined(parts));
  const folder = pathOf(where, 'option "save"', target, 'a function that gets each file');
  return async (name, parts) => {
    await builtin('node:fs/promises')!.mkdir(folder, { recursive: true });
    await writeFile(builtin('node:path')!.join(folder, name), parts);
  };
}

/** The program that runs JavaScript. */
function engine(): string | undefined {
  const { process, navigator } = globalThis as {
    process?: { version?: string; arch?: string };
    navigator?: { userAgent?: string };
  };
  if (process?.version !== undefined) return `Node.js ${process.version} on ${process.arch}`;
  return navigator?.userAgent;
}
