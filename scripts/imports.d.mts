export interface Import {
  /** The file that imports, as a path from the root. */
  file: string;
  specifier: string;
}
export function importsOf(source: string): string[];
export function filesBelow(root: string, folder: string): string[];
export function isSource(name: string): boolean;
export function allImports(root: string, folders: readonly string[]): Import[];
export function targetOf(root: string, one: Import): string;
export function testsOf(root: string, changed: Iterable<string>): string[];
