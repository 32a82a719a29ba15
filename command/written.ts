/** @file What a command says of the file that it wrote. */

/** One line: JSON, or the file with its size. */
export const writtenText = (file: string, bytes: number, json: boolean): string =>
  json ? JSON.stringify({ file, bytes }) : `${file}: ${sizeText(bytes)}`;

const sizeText = (bytes: number) => (bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
