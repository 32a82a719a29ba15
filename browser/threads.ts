// Threads in layertap.js: few pages can use them, so their code is loaded when a program first asks for some.
import type * as Threads from '../src/kernels/threads.ts';

let loaded: typeof Threads | undefined;

export const getNumThreads = (): number => loaded?.getNumThreads() ?? 1;

export async function setNumThreads(threads: number): Promise<number> {
  loaded ??= await import('../src/kernels/threads.ts');
  return loaded.setNumThreads(threads);
}
