import { className, describe } from '../../check/index.ts';
import { describePlace } from './describe-module.ts';
import type { ModuleLike } from './module-like.ts';
import { walk } from './tree.ts';

/**
 * An error that layertap throws inside a forward. The first line says what is wrong, in PyTorch's words if it has any.
 * Then come the path of the module, which each parent completes as the error passes it, what came, and what was
 * expected.
 */
export class ForwardError extends Error {
  override readonly name: string = 'ForwardError';
  /** The path of the module that failed, under the outermost module called; '' for that module. */
  path = '';
  /** The module that failed; undefined outside any module. */
  module: ModuleLike | undefined;
  readonly #text: string;
  readonly #details: readonly string[];
  /** The outermost module that the path starts from so far. */
  #outermost: ModuleLike | undefined;

  /** @param details lines that say what came and what was expected */
  constructor(text: string, ...details: string[]) {
    super([text, ...details.map((line) => `  ${line}`)].join('\n'));
    this.#text = text;
    this.#details = details;
  }

  /** Called as the error leaves a module: puts the name of the last module inside this one before the path. */
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
    // Engines copy the message into the stack when the error is created.
    if (this.stack !== undefined) this.stack = this.stack.replace(before, () => this.message);
  }
}

function nameInside(parent: ModuleLike, descendant: ModuleLike): string | undefined {
  try {
    for (const { path, module } of walk(parent, true)) if (module === descendant) return path;
  } catch {
    // A tree with a cycle must not hide the error.
  }
  return undefined;
}

/** Adds the module to the path of layertap's own errors. @returns the error to throw */
export function located(error: unknown, module: ModuleLike): unknown {
  const named = error instanceof ForwardError || typeof module.forward === 'function' ? error : noForward(module);
  if (named instanceof ForwardError) named.leaves(module);
  return named;
}

/** Calls do not check that `forward` is a function; this explains the error when one was not. */
function noForward(module: ModuleLike): ForwardError {
  const came = `got: ${describe(module.forward)}`;
  return new ForwardError(`the forward of ${className(module)} is not a function`, came, 'expected: a function');
}

/** The error of a hook that broke the contract. */
export function hookError(text: string, hookName: string, came: unknown, expected: string): ForwardError {
  return new ForwardError(text, `hook: ${hookName}`, `got: ${describe(came)}`, `expected: ${expected}`);
}
