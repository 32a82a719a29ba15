/** @file Which kernels this program runs on: chosen on first use, the same ones from then on. */
import { instantiate, instantiateSync } from '@assemblyscript/loader';
import { relaxed, simd } from './binaries.ts';
import type { Kernels } from './kernels.ts';
import { reference } from './reference.ts';
import { type Instance, wasmKernels } from './wasm.ts';

const BINARIES = { relaxed, simd };

let chosen: Kernels | undefined;

/** The bytes of one embedded binary. */
export function binaryBytes(name: 'relaxed' | 'simd'): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(BINARIES[name]), (character) => character.charCodeAt(0));
}

/** The best binary that this engine validates, or undefined where WebAssembly or its SIMD is missing. */
function bestBinary(): { name: 'relaxed' | 'simd'; bytes: Uint8Array<ArrayBuffer> } | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  for (const name of ['relaxed', 'simd'] as const) {
    const bytes = binaryBytes(name);
    if (WebAssembly.validate(bytes)) return { name, bytes };
  }
  return undefined;
}

/**
 * The kernels in use. Compiles them synchronously on first use; where the engine refuses that (a content security
 * policy without 'wasm-unsafe-eval', an old browser's limit of 4 KB on its main thread) they are plain JavaScript.
 */
export function kernels(): Kernels {
  if (chosen !== undefined) return chosen;
  const best = bestBinary();
  try {
    chosen = best === undefined ? reference : wasmKernels(best.name, instantiateSync(best.bytes) as Instance);
  } catch {
    chosen = reference;
  }
  return chosen;
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
      const instance = (await instantiate(best.bytes)) as Instance;
      chosen ??= wasmKernels(best.name, instance);
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
