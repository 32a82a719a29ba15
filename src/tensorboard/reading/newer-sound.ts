import type { FieldReader } from '../../protobuf/index.ts';

/** What the audio plugin's metadata say of a sound in the older form: a WAV file (11), made into a tensor. */
const CONTENT: Uint8Array = Uint8Array.of(0x10, 11, 0x18, 1);

/** A TensorProto of strings (7), of the shape [1, 2]; then its first string. */
const BEGIN: readonly number[] = [0x08, 7, 0x12, 8, 0x12, 2, 0x08, 1, 0x12, 2, 0x08, 2, 0x42];
/** A second string, which is empty. */
const END: readonly number[] = [0x42, 0];

/**
 * A sound in the older form (`Summary.Audio`) in the newer one, as TensorBoard's data_compat.py makes it: the encoded sound
 * and an empty label. Rate, channels and length are in the sound itself.
 */
export function newerSound(audio: FieldReader): { plugin: 'audio'; content: Uint8Array; tensor: Uint8Array } {
  let encoded: Uint8Array = new Uint8Array(0);
  while (audio.next()) if (audio.number === 4) encoded = audio.bytes();
  const begin = [...BEGIN];
  let length = encoded.length;
  for (; length >= 128; length = Math.floor(length / 128)) begin.push((length % 128) + 128);
  begin.push(length);
  const tensor = new Uint8Array(begin.length + encoded.length + END.length);
  tensor.set(begin);
  tensor.set(encoded, begin.length);
  tensor.set(END, begin.length + encoded.length);
  return { plugin: 'audio', content: CONTENT.slice(), tensor };
}
