/** @file The page of a report. It holds its data in an element. */
import { mountPacked } from '../mount.ts';
import { pageElement } from './page-element.ts';

const { element, name } = pageElement();
const packed = await inflate(bytesOf(document.querySelector('#data')!.textContent!));
// For the console.
Object.assign(globalThis, { viewer: mountPacked(element, name, packed, { pageKeys: true }) });

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
