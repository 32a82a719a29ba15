/** @file What the cases compare with. */

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

/** A function whose name no minifier takes away. */
export function named<F extends (...values: never[]) => unknown>(name: string, hook: F): F {
  return Object.defineProperty(hook, 'name', { value: name });
}

export const later = (): Promise<void> => new Promise<void>((resolve) => setTimeout(resolve, 1));

export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** Compares numbers, strings, and arrays and plain objects of them. */
export function same(actual: unknown, expected: unknown): void {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (came !== wanted) throw new Error(`${wanted} expected, got ${came}`);
}

export function throwsTypeError(run: () => unknown, part: string): void {
  try {
    run();
  } catch (error) {
    const { message } = error as Error;
    check(error instanceof TypeError, `a TypeError expected, got ${String(error)}`);
    check(message.includes(part), `the message should say "${part}": ${message}`);
    return;
  }
  throw new Error(`a TypeError expected that says "${part}"`);
}

/** What layertap gave to console.warn meanwhile; frameworks warn of things of their own. */
export async function collectWarnings(run: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (...values: unknown[]) => warnings.push(values.join(' '));
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return warnings.filter((text) => text.startsWith('layertap: '));
}
