/** @file Text as bytes. Coders are made on first use, so that layertap can be imported in engines without them. */

let decoder: TextDecoder | undefined;
let encoder: TextEncoder | undefined;

/** @throws ReferenceError where the engine has no TextDecoder */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= new TextDecoder();
  return decoder.decode(bytes);
}

/** @throws ReferenceError where the engine has no TextEncoder */
export function encodeUtf8(text: string): Uint8Array {
  encoder ??= new TextEncoder();
  return encoder.encode(text);
}
