/**
 * @file The parts of Node that writing files takes. They are fetched when a writer is made and not imported, so that a
 * bundle for browsers can hold this code; and declared here, so that the published types need no @types/node.
 */

interface FileSystem {
  mkdirSync(path: string, options: { recursive: true }): unknown;
  openSync(path: string, flags: string): number;
  writeSync(file: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  ftruncateSync(file: number, length: number): void;
  closeSync(file: number): void;
}

interface Process {
  readonly pid: number;
  on(event: 'exit', listener: () => void): unknown;
  getBuiltinModule(name: string): unknown;
}

export interface NodeBuiltins {
  readonly fs: FileSystem;
  readonly os: { hostname(): string };
  readonly path: { readonly sep: string; join(...parts: string[]): string; resolve(path: string): string };
  readonly process: Process;
}

/** @throws Error where there is no Node, as in a browser */
export function nodeBuiltins(): NodeBuiltins {
  const { process } = globalThis as unknown as { process?: Partial<Process> };
  if (typeof process?.getBuiltinModule !== 'function') {
    throw new Error('SummaryWriter: this version writes files only, and only in Node (20.19 or newer)');
  }
  return {
    fs: process.getBuiltinModule('node:fs') as NodeBuiltins['fs'],
    os: process.getBuiltinModule('node:os') as NodeBuiltins['os'],
    path: process.getBuiltinModule('node:path') as NodeBuiltins['path'],
    process: process as Process,
  };
}
