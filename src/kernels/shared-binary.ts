/** @file The binary for shared memory. */

/**
 * The same binary with its memory declared as shared. An import of memory is `env` `memory`, kind 2, limits. The flags
 * of the limits are 1 for a maximum, and 2 for shared memory (WebAssembly core specification, threads proposal).
 * @throws Error if the binary does not import memory with a maximum
 */
export function sharedBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const imported = [3, ...'env'].map(code).concat([6, ...'memory'].map(code), 2);
  const at = bytes.findIndex((_, i) => imported.every((byte, k) => bytes[i + k] === byte)) + imported.length;
  if (bytes[at] !== 1) throw new Error('the binary does not import its memory as expected');
  const shared = bytes.slice();
  shared[at] = 3;
  return shared;
}

const code = (value: string | number) => (typeof value === 'number' ? value : value.charCodeAt(0));
