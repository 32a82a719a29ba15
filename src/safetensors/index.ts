// Reading and writing .safetensors files, on plain arrays: no Tensor, no Module.
export type { SafetensorsArrays, SafetensorsDtype, UnreadDtype } from './dtypes.ts';
export {
  readSafetensors,
  readSafetensorsHeader,
  readSafetensorsMetadata,
  type SafetensorsHeader,
  type SafetensorsTensor,
} from './read.ts';
export { type SafetensorsInput, type SafetensorsValues, safetensorsParts, writeSafetensors } from './write.ts';
