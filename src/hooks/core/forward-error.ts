import { className, describe } from '../../check/index.ts';
import { describePlace } from './describe-module.ts';
import type { ModuleLike } from './module-like.ts';
import { walk } from './tree.ts';

/**
 * An error that layertap throws inside a forward. Its first line says what is wrong, in PyTorch's words where PyTorch
 * has some; then follow where (the path of the module, completed by each parent that the error passes on its way
 * up), what came, and what was expected.
 */
export class ForwardError extends Error {
  override readonly name: string = 'ForwardError';
  /** The path of the module where it happened, under the outermost module that was called; '' for that one itself. */
  path = '';
  /** The module where it happened; undefined outside of any module. */
  module: ModuleLike | undefined;
  readonly #text: string;
  readonly #details: readonly string[];
  /** The outermost module so far whose name inside its parent is known. */
  #outermost: ModuleLike | undefined;

  /** @param details lines that say what came and what was expected */
  constructor(text: string, ...details: string[]) {
    super([text, ...details.map((line) => `  ${line}`)].join('\n'));
    this.#text = text;
    this.#details = details;
  }

  /** Called as the error leaves a module: completes the path by the name that the last module has inside this one. */
  leaves(module: ModuleLike): void {
    if (this.#outermost === undefined) {
      this.module = module;
      this.#outermost = module;
    } else if (this.#outermost !== module) {
      const name = nameInside(module, this.#outermost);
      if (name === undefined) return;
      this.path = this.path === '' ? name : `${name}.${this.path}`;
      this.#outermost = module;
    }
    this.#say();
  }

  #say(): void {
    const before = this.message;
    const where = describePlace(this.module!, this.path);
    const root = this.path === '' ? '' : ` of ${className(this.#outermost!)}`;
    this.message = [this.#text, ...[`in ${where}${root}`, ...this.#details].map((line) => `  ${line}`)].join('\n');
    // Where an engine puts the message into the stack, it did so when the error was made.
    if (this.stack !== undefined) this.stack = this.stack.replace(before, () => this.message);
  }
}

function nameInside(parent: ModuleLike, descendant: ModuleLike): string | undefined {
  try {
    for (const { path, module } of walk(parent, true)) if (module === descendant) return path;
  } catch {
    // A tree that cannot be walked (a cycle) must not replace the error that is being located.
  }
  return undefined;
}

/** What a Hookable does with whatever was thrown inside its call: layertap's own errors learn where they are. */
export function located(error: unknown, module: ModuleLike): unknown {
  const told = error instanceof ForwardError || typeof module.forward === 'function' ? error : noForward(module);
  if (told instanceof ForwardError) told.leaves(module);
  return told;
}

/** Asked only once something was thrown: a call trusts that there is a forward. */
function noForward(module: ModuleLike): ForwardError {
  const came = `came: ${describe(module.forward)}`;
  return new ForwardError(`the forward of ${className(module)} is not a function`, came, 'expected: a function');
}

/** A hook that did what hooks must not do. */
export function hookError(text: string, hookName: string, came: unknown, expected: string): ForwardError {
  return new ForwardError(text, `hook: ${hookName}`, `came: ${describe(came)}`, `expected: ${expected}`);
}
