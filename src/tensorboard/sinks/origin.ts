import type { NodeBuiltins } from './node.ts';

/** Who writes: a part of the names of files. */
export interface Origin {
  readonly host: string;
  /** Tells writers of one host apart. */
  readonly process: number;
}

let page: Origin | undefined;

/** In Node the host and the process. A page has neither: its site, and a number that no other page or worker has. */
export function origin(node: NodeBuiltins | undefined): Origin {
  if (node !== undefined) return { host: node.os.hostname(), process: node.process.pid };
  page ??= {
    host: (globalThis as { location?: { hostname?: string } }).location?.hostname || 'browser',
    process: crypto.getRandomValues(new Uint32Array(1))[0]!,
  };
  return page;
}
