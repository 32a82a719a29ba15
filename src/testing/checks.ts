/** @file The assertions of the contract cases. */

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

/** Names a function explicitly: minifiers may drop its own name. */
export function named<F extends (...values: never[]) => unknown>(name: string, hook: F): F {
  return Object.defineProperty(hook, 'name', { value: name });
}

/** A function that throws. */
export const fails = (message: string) => (): never => {
  throw new Error(message);
};

/** Settles after more turns of the microtask queue than a call takes that does not wait for it. */
export async function later(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await undefined;
}

export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** Compares numbers, strings, and arrays and plain objects of them. */
export function same(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(got === wanted, `must be ${wanted}, got ${got}`);
}

export function throwsTypeError(run: () => unknown, part: string): void {
  let thrown: unknown = 'no error';
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  const isExpected = thrown instanceof TypeError && thrown.message.includes(part);
  check(isExpected, `must throw a TypeError with "${part}", got ${String(thrown)}`);
}

/** The console.warn calls of layertap during `run`, without those of frameworks. */
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
