/** @file The files that code blocks of the docs read. */
import { copyFileSync, cpSync, writeFileSync } from 'node:fs';
import { writeSafetensors } from 'layertap/safetensors';
import { cast } from './cast.ts';

/** Writes the files that blocks read into the working directory. */
export function writeFiles(): void {
  copyFileSync(new URL('../fixtures/onnx/encoder.legacy.onnx', import.meta.url), 'model.onnx');
  cpSync(new URL('../fixtures/transformers', import.meta.url), 'models', { recursive: true });
  writeFileSync('weights.safetensors', writeSafetensors(cast().net.stateDict()));
}
