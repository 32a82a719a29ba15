/** What the pipeline, the tree and errors know of a Hookable: what it computes and what is inside it. */
export interface ModuleLike {
  // biome-ignore lint/suspicious/noExplicitAny: only so is a module with any forward assignable
  forward(...inputs: any[]): unknown;
  namedChildren(): Iterable<[string, ModuleLike]>;
}

/** What a module's forward takes, as the array that hooks see. */
export type InputsOf<M extends ModuleLike> = Readonly<Parameters<M['forward']>>;

/** What a module's forward gives, awaited. */
export type OutputOf<M extends ModuleLike> = Awaited<ReturnType<M['forward']>>;
