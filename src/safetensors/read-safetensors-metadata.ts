import { parseHeader } from './parse-header.ts';

/**
 * Reads the `__metadata__` of a .safetensors file: text that its writer added, such as `format: pt`. Empty if it has
 * none.
 *
 * Checks the whole file as {@link readSafetensors} does, and throws what that throws, but copies no tensor.
 *
 * @param bytes the whole file
 */
export function readSafetensorsMetadata(bytes: Uint8Array | ArrayBuffer): Map<string, string> {
  return parseHeader(bytes).metadata;
}
