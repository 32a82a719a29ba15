/** @file Which kernels this program runs on: chosen on first use, the same ones from then on, unless threads are asked for. */
import { bestBinary, instanceAhead, instanceOf } from './binary.ts';
import type { Kernels } from './kernels.ts';
import { Machine } from './machine.ts';
import { reference } from './reference.ts';
import { wasmKernels } from './wasm.ts';
import type { ChecksumFolder } from './wasm-crc32c.ts';

let chosen: Kernels | undefined;

/**
 * The kernels in use. Compiles them synchronously on first use; where the engine refuses that (a content security
 * policy without 'wasm-unsafe-eval', an old browser's limit of 4 KB on its main thread) they are plain JavaScript.
 */
export function kernels(): Kernels {
  if (chosen !== undefined) return chosen;
  const best = bestBinary();
  try {
    chosen = best === undefined ? reference : wasmKernels(best.name, new Machine(instanceOf(best.bytes)));
  } catch {
    chosen = reference;
  }
  return chosen;
}

/** As {@link ChecksumFolder}. @returns undefined if the kernels in use are plain JavaScript */
export function foldCrc32c(bytes: Uint8Array): Uint8Array | undefined {
  const used: Kernels & Partial<ChecksumFolder> = kernels();
  return used.foldCrc32c?.(bytes);
}

/** Other kernels from now on. What was packed for the ones before is packed again. */
export function useKernels(others: Kernels): void {
  chosen = others;
}

/**
 * Compiles the kernels ahead of their first use, without blocking. Only old browsers need it: they refuse a
 * synchronous compile of more than 4 KB on the main thread, and layertap would compute in plain JavaScript there.
 * Call it before the first forward: once kernels are in use they stay.
 * @returns which kernels are in use: `relaxed` or `simd` WebAssembly, or `javascript`
 */
export async function ready(): Promise<Kernels['name']> {
  const best = bestBinary();
  if (chosen === undefined && best !== undefined) {
    try {
      const binary = await instanceAhead(best.bytes);
      chosen ??= wasmKernels(best.name, new Machine(binary));
    } catch {
      chosen ??= reference;
    }
  }
  return kernels().name;
}

/** Which kernels are in use: `relaxed` or `simd` WebAssembly, or `javascript`. Chooses them if nobody has yet. */
export function kernelName(): Kernels['name'] {
  return kernels().name;
}
