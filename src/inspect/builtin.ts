/** @file Node's own modules. They are looked up when they are needed: a page has none. */

/** What is used of them. */
interface Builtins {
  'node:fs/promises': {
    open(path: string, flags: string): Promise<{ writeFile(part: Uint8Array): Promise<void>; close(): Promise<void> }>;
    readFile(path: string): Promise<Uint8Array>;
    mkdir(path: string, options: { recursive: true }): Promise<unknown>;
    rename(from: string, to: string): Promise<void>;
    rm(path: string, options: { force: true }): Promise<void>;
  };
  'node:path': { join(...parts: string[]): string; resolve(path: string): string };
  'node:url': { fileURLToPath(url: string | URL): string; pathToFileURL(path: string): URL };
  'node:os': { homedir(): string };
}

export function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Builtins[N] | undefined;
}
