import { createRequire } from 'node:module';

const { PNG } = createRequire(import.meta.url)('pngjs') as {
  PNG: { sync: { read(file: Buffer): { width: number; height: number; data: Uint8Array } } };
};

/** The pixels of a PNG file. pngjs gives RGBA, whatever the file has; `channels` is how many of them it should have. */
export function pixelsOf(file: Uint8Array, channels: number): { shape: number[]; data: number[] } {
  const { width, height, data } = PNG.sync.read(Buffer.from(file));
  const kept = { 2: [0, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3] }[channels]!;
  return { shape: [height, width, channels], data: [...data].filter((_, i) => kept.includes(i % 4)) };
}
