/** @file The kernels in use: chosen on first use, and replaced only if a program asks for threads. */
import { bestBinary } from './binary.ts';
import { WasmInstance } from './instance.ts';
import type { Kernels } from './kernels.ts';
import { reference } from './reference.ts';
import { type WasmKernels, wasmKernels } from './wasm.ts';
import { fold } from './wasm-crc32c.ts';

let chosen: Kernels | undefined;

/**
 * The kernels in use. Compiles them synchronously on first use. They are plain JavaScript if the engine refuses: a content
 * security policy without 'wasm-unsafe-eval', or an old browser's limit of 4 KB on the main thread.
 */
export function kernels(): Kernels {
  if (chosen !== undefined) return chosen;
  const best = bestBinary();
  try {
    chosen = best === undefined ? reference : wasmKernels(best.name, WasmInstance.make(best.bytes));
  } catch {
    chosen = reference;
  }
  return chosen;
}

/** As {@link fold}. @returns undefined if the kernels in use are plain JavaScript */
export function foldCrc32c(bytes: Uint8Array): Uint8Array | undefined {
  const { instance }: Partial<WasmKernels> = kernels();
  return instance && fold(instance, bytes);
}

/** Replaces the kernels in use. Callers pack their weights again. */
export function useKernels(others: Kernels): void {
  chosen = others;
}

/**
 * Compiles the kernels ahead of their first use, without blocking. Only old browsers need it: they refuse to compile more
 * than 4 KB synchronously on the main thread, and layertap would compute in plain JavaScript there. Call it before the
 * first forward, since kernels in use are not replaced.
 * @returns the kernels in use: `relaxed` or `simd` WebAssembly, or `javascript`
 */
export async function ready(): Promise<Kernels['name']> {
  const best = bestBinary();
  if (chosen === undefined && best !== undefined) {
    try {
      const instance = await WasmInstance.makeAhead(best.bytes);
      chosen ??= wasmKernels(best.name, instance);
    } catch {
      chosen ??= reference;
    }
  }
  return kernels().name;
}

/** The kernels in use: `relaxed` or `simd` WebAssembly, or `javascript`. Chooses them on first use. */
export function kernelName(): Kernels['name'] {
  return kernels().name;
}
