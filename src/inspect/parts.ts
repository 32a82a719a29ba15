/** @file One part of a value: reading it, and a copy of the value with another one. */
import { describe, nearest, quote } from '../check/index.ts';
import { ForwardError, forEachTensor } from '../hooks/index.ts';

const keysOf = (at: number | string): string[] => String(at).split('.');

/**
 * The tensor at a path of a value.
 * @param at the index in an array, or keys joined by dots
 * @throws ForwardError where there is none
 */
export function partAt(
  where: string,
  value: unknown,
  at: number | string,
  isTensor: (value: unknown) => boolean,
): unknown {
  let part = value;
  for (const key of keysOf(at)) part = isTensor(part) ? undefined : get(part, key);
  if (isTensor(part)) return part;
  const came = part === undefined ? `${describe(value)} without it` : describe(part);
  const places: string[] = [];
  forEachTensor(value, isTensor, (_tensor, place) => places.push(place.slice(1).replaceAll('/', '.')));
  throw new ForwardError(
    `${where} needs a tensor at ${quote(String(at))}`,
    `got: ${came}`,
    `expected: the index or path of a tensor in the output, nearest: ${nearest(String(at), places).join(', ') || 'none'}`,
  );
}

/** A value with another part at a path. The containers around it are copied; the rest is the same. */
export function withPart(value: unknown, at: number | string, part: unknown): unknown {
  const keys = keysOf(at);
  const change = (container: unknown, depth: number): unknown => {
    if (depth === keys.length) return part;
    const key = keys[depth]!;
    const next = change(get(container, key), depth + 1);
    if (Array.isArray(container)) return container.map((one: unknown, i) => (i === Number(key) ? next : one));
    if (container instanceof Map) return new Map(container).set(key, next);
    const like = container as object;
    return Object.assign(Object.create(Object.getPrototypeOf(like)), like, { [key]: next });
  };
  return change(value, 0);
}

function get(container: unknown, key: string): unknown {
  if (container instanceof Map) return container.get(key);
  if (container === null || typeof container !== 'object') return undefined;
  return Object.hasOwn(container, key) ? (container as Record<string, unknown>)[key] : undefined;
}
