// Reading and writing .safetensors files, on plain arrays: nothing here knows a Tensor or a Module.
export type { SafetensorsArrays, SafetensorsDtype, UnreadDtype } from './dtype.ts';
export { readSafetensors, type SafetensorsTensor } from './read-safetensors.ts';
export { readSafetensorsMetadata } from './read-safetensors-metadata.ts';
export { type SafetensorsInput, type SafetensorsValues, writeSafetensors } from './write-safetensors.ts';
