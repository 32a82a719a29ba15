import { Module } from './module.ts';
import { setConstructorCall } from './replay-recipe.ts';

export interface Identity {
  // Hookable derives its call signature from forward, and loses the type parameter.
  <T>(input: T): T;
}

/** Returns its input: a place for a hook. The constructor ignores any arguments, as PyTorch's does. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the only way for a class to declare a call signature
export class Identity extends Module {
  static override readonly className: string = 'Identity';

  constructor(..._ignored: unknown[]) {
    super();
  }

  override forward<T>(input: T): T {
    return input;
  }

  static {
    setConstructorCall(Identity, () => 'new Identity()');
  }
}
