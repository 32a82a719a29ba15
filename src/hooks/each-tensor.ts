import { describe, isThenable } from '../check/index.ts';
import type { ForwardEvent } from './event.ts';
import { hookTable } from './hook-table.ts';

/**
 * Gives the values of the one tensor of an output to `visit`, or those of each tensor in its arrays and plain objects,
 * whose names are below that of the module: `lstm/0`, `lstm/1`.
 * @param where names the caller in the error message
 * @returns a promise where values can only be waited for; it rejects where one of them or `visit` fails
 * @throws TypeError where there is no tensor that the module's reader knows
 */
export function eachTensor(
  where: string,
  { module, output }: ForwardEvent,
  name: string,
  visit: (name: string, values: Float32Array) => void,
): Promise<unknown> | undefined {
  const { reader } = hookTable(module);
  const waiting: PromiseLike<unknown>[] = [];
  const look = (value: unknown, at: string): boolean => {
    if (reader?.is(value)) {
      const values = reader.values(value);
      if (isThenable(values)) waiting.push(values.then((numbers) => visit(at, numbers)));
      else visit(at, values);
      return true;
    }
    if (!isContainer(value)) return false;
    return Object.entries(value).filter(([key, part]) => look(part, `${at}/${key}`)).length > 0;
  };
  if (!look(output, name)) {
    throw new TypeError(`${where}: the output of ${name} has no tensor that its module can read: ${describe(output)}`);
  }
  return waiting.length === 0 ? undefined : Promise.all(waiting);
}

function isContainer(value: unknown): value is object {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
