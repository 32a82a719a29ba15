import { formatValue } from '../cards/format-numbers.ts';

/* In seconds. */
export const MINUTE = 60;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'm'],
  [1, 's'],
];

/** Two units at most: `0.25s`, `59s`, `1m 5s`, `1h 20m`, `3d 4h`. Rounded to the smaller of them. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatValue(seconds);
  const size = Math.abs(seconds);
  if (size < 9.995) return `${formatValue(seconds, 3)}s`;
  const inSeconds = Math.round(size);
  const inMinutes = Math.round(size / MINUTE) * MINUTE;
  const rounded = inSeconds < HOUR ? inSeconds : inMinutes < DAY ? inMinutes : Math.round(size / HOUR) * HOUR;
  return signed(seconds, inUnits(rounded));
}

export const signed = (seconds: number, text: string): string => (seconds < 0 ? `\u2212${text}` : text);

/** `1h 20m`, of whole seconds. */
export function inUnits(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, name] of UNITS) {
    const count = Math.floor(rest / size + 1e-9);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${name}`);
  }
  return parts.join(' ') || '0s';
}

const two = (number: number, digits = 2): string => String(number).padStart(digits, '0');

/** A time in seconds since 1970, in the local time zone: `2026-11-28 20:33:05`. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return 'no time';
  return `${formatDate(date)} ${clockOf(date, true)}`;
}

const formatDate = (date: Date): string =>
  `${two(date.getFullYear(), 4)}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** `20:33:05`, or without its seconds. */
export const clockOf = (date: Date, seconds: boolean): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}${seconds ? `:${two(date.getSeconds())}` : ''}`;
