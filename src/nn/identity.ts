import { Module } from './module.ts';

export interface Identity {
  // Hookable takes the call's types from forward, and so loses that it is generic.
  <T>(input: T): T;
}

/** Gives back what it is given: a place for a hook. Takes and ignores any arguments, as PyTorch's does. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare a call signature in any other way
export class Identity extends Module {
  static override readonly className: string = 'Identity';

  // The arguments are those of the layer whose place it holds.
  constructor(..._ignored: unknown[]) {
    super();
  }

  override forward<T>(input: T): T {
    return input;
  }
}
