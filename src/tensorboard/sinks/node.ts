/**
 * @file The parts of Node that event files need. They are looked up at run time, so that this code can be bundled for
 * browsers, and declared here, so that the published types do not need @types/node.
 */

import { localPath } from '../../check/index.ts';

interface Stats {
  readonly size: number;
  /** Device and inode identify the file under every name. */
  readonly dev: number;
  readonly ino: number;
  isDirectory(): boolean;
  isFile(): boolean;
}

interface FileHandle {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<Stats>;
  close(): Promise<void>;
}

interface FileSystem {
  mkdirSync(path: string): unknown;
  statSync(path: string): Stats;
  openSync(path: string, flags: string): number;
  writeSync(file: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  ftruncateSync(file: number, length: number): void;
  closeSync(file: number): void;
  writeFileSync(path: string, bytes: Uint8Array): void;
  readonly promises: {
    open(path: string, flags: string): Promise<FileHandle>;
    readdir(path: string, options: { withFileTypes: true }): Promise<{ name: string; isSymbolicLink(): boolean }[]>;
    realpath(path: string): Promise<string>;
    stat(path: string): Promise<Stats>;
    lstat(path: string): Promise<Stats>;
  };
}

interface Process {
  readonly pid: number;
  on(event: 'exit', listener: () => void): unknown;
  getBuiltinModule(name: string): unknown;
}

export interface NodeBuiltins {
  readonly fs: FileSystem;
  readonly os: { hostname(): string; homedir(): string };
  readonly path: {
    readonly sep: string;
    dirname(path: string): string;
    join(...parts: string[]): string;
    resolve(path: string): string;
  };
  /** Timers that a simulated browser has not replaced. */
  readonly timers: { setImmediate(action: () => void): unknown };
  readonly url: { fileURLToPath(url: string): string };
  readonly process: Process;
}

/** @returns undefined outside Node */
export function nodeBuiltins(): NodeBuiltins | undefined {
  const { process } = globalThis as unknown as { process?: Partial<Process> };
  if (typeof process?.getBuiltinModule !== 'function') return undefined;
  const builtin = (name: string) => process.getBuiltinModule!(`node:${name}`) as never;
  return {
    fs: builtin('fs'),
    os: builtin('os'),
    path: builtin('path'),
    timers: builtin('timers'),
    url: builtin('url'),
    process: process as Process,
  };
}

/** The path of a log directory: see {@link localPath}. @throws TypeError */
export function logPath(where: string, elsewhere: string, given: unknown, { url, os }: NodeBuiltins): string {
  const { fileURLToPath } = url;
  return localPath({ where, what: 'the log directory', elsewhere }, given, { fileURLToPath, homedir: os.homedir });
}
