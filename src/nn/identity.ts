import { Module } from './module.ts';

/** Gives back what it is given: a place for a hook. Takes and ignores any arguments, as PyTorch's does. */
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
