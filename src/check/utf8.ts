/** @file Text as bytes. Coders are made on first use, so that layertap can be imported in engines without them. */
import { textDecoder, textEncoder } from './engine.ts';

let decoder: TextDecoder | undefined;
let encoder: TextEncoder | undefined;

/** @throws Error where the engine has no TextDecoder */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= textDecoder();
  return decoder.decode(bytes);
}

/** @throws Error where the engine has no TextEncoder */
export function encodeUtf8(text: string): Uint8Array {
  encoder ??= textEncoder();
  return encoder.encode(text);
}
