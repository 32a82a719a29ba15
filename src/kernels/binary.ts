/** @file The two WebAssembly binaries: what they export, which one this engine takes, and making an instance of it. */
import { instantiate, instantiateSync } from '@assemblyscript/loader';
import { relaxed, simd } from './binaries.ts';
import type { Crc32cBinary } from './wasm-crc32c.ts';
import type { HistogramBinary } from './wasm-histogram.ts';
import type { MomentsBinary } from './wasm-moments.ts';
import type { ReluBinary } from './wasm-relu.ts';
import type { SummarizeBinary } from './wasm-summarize.ts';

/** What assembly/index.ts exports. Sizes are in bytes, counts in floats; pointers are offsets into `memory`. */
export interface Binary extends ReluBinary, SummarizeBinary, MomentsBinary, HistogramBinary, Crc32cBinary {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  release(pointer: number): void;
  /** See assembly/linear.ts for the layout of `packed`, and for what is read and written beyond the rows. */
  linear(input: number, rows: number, packed: number, output: number, relu: number, scratch: number): void;
  /** How many bytes of scratch memory `linear` wants. */
  linearScratch(rows: number, depth: number): number;
  /** The parts of `linear`, for threads that share it: rows go in blocks of so many, */
  rowsPerBlock(depth: number): number;
  /** are interleaved once, */
  interleave(input: number, rows: number, depth: number, to: number): void;
  /** and then each thread computes some columns. */
  linearColumns(
    input: number,
    rows: number,
    packed: number,
    output: number,
    relu: number,
    interleaved: number,
    spill: number,
    fromColumn: number,
    toColumn: number,
  ): void;
}

export type BinaryName = 'relaxed' | 'simd';

const BASE64: Record<BinaryName, string> = { relaxed, simd };

/** The bytes of one embedded binary. */
export function binaryBytes(name: BinaryName): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(BASE64[name]), (character) => character.charCodeAt(0));
}

/** The best binary that this engine validates, or undefined where WebAssembly or its SIMD is missing. */
export function bestBinary(): { name: BinaryName; bytes: Uint8Array<ArrayBuffer> } | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  for (const name of ['relaxed', 'simd'] as const) {
    const bytes = binaryBytes(name);
    if (WebAssembly.validate(bytes)) return { name, bytes };
  }
  return undefined;
}

/** As asconfig.json says: 4 GiB, all that 32 bits can address. */
export const MOST_PAGES = 65536;

const ownMemory = () => new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });

/**
 * The same binary with its memory declared as shared. An import of memory is `env` `memory`, kind 2, limits; the flags
 * of the limits are 1 for a maximum, and 2 more for shared memory (WebAssembly core specification, threads proposal).
 * @throws Error where the binary is not as expected
 */
export function sharedBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const imported = [3, ...'env'].map(code).concat([6, ...'memory'].map(code), 2);
  const at = bytes.findIndex((_, i) => imported.every((byte, k) => bytes[i + k] === byte)) + imported.length;
  if (bytes[at] !== 1) throw new Error('the binary does not import its memory as expected');
  return bytes.with(at, 3);
}

const code = (value: string | number) => (typeof value === 'number' ? value : value.charCodeAt(0));

// The loader wraps every export in a rest-argument closure; the instance holds the bare functions.

/** Compiles and instantiates, blocking. @throws where the engine refuses */
export function instanceOf(
  source: Uint8Array<ArrayBuffer> | WebAssembly.Module,
  memory: WebAssembly.Memory = ownMemory(),
): Binary {
  return instantiateSync(source, { env: { memory } }).instance.exports as unknown as Binary;
}

/** Compiles and instantiates without blocking. Rejects where the engine refuses. */
export async function instanceAhead(source: Uint8Array<ArrayBuffer>): Promise<Binary> {
  return (await instantiate(source, { env: { memory: ownMemory() } })).instance.exports as unknown as Binary;
}
