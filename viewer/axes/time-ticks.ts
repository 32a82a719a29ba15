import { ticks } from 'd3-array';
import { formatTicks } from '../cards/format-numbers.ts';
import type { Tick } from '../cards/value-axis.ts';
import type { Range } from '../state/view-state.ts';
import { clockOf, DAY, HOUR, inUnits, MINUTE, signed } from './times.ts';

const SHORT = [1, 2, 5, 10, 15, 30];
/** The distances of ticks from a second to half a day. Shorter ones are decimal; longer ones are whole days. */
const DISTANCES: readonly number[] = [
  ...SHORT,
  ...SHORT.map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
];
const DAYS = [1, 2, 5, 10];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Durations: as many as fit on an axis of this length with at least this distance between them. */
export function durationTicks([from, to]: Range, length: number, distance: number): Tick[] {
  const most = Math.max(1, Math.floor(length / distance));
  const apart = distanceOf((to - from) / most);
  if (apart === undefined) {
    const values = decimals([from, to], most);
    return formatTicks(values).map((label, i) => ({ value: values[i]!, label: `${label}s` }));
  }
  const values: number[] = [];
  for (let i = Math.ceil(from / apart); i * apart <= to; i++) values.push(i * apart);
  return values.slice(0, most).map((value) => ({ value, label: signed(value, inUnits(Math.abs(value))) }));
}

/** The least usual distance that is not below this one, in seconds; undefined below a second. */
function distanceOf(least: number): number | undefined {
  if (least <= 0.5) return undefined;
  const usual = DISTANCES.find((one) => one >= least);
  if (usual !== undefined) return usual;
  const days = least / DAY;
  return DAY * nice(days);
}

/** The least of 1, 2, 5, 10, 20, … that is not below a number. */
function nice(least: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return size * DAYS.find((one) => one * size >= least)!;
}

function decimals([from, to]: Range, most: number): number[] {
  for (let count = most; count > 0; count--) {
    const values = ticks(from, to, count);
    if (values.length <= most) return values;
  }
  return [];
}

/** Local times: as many as fit on an axis of this length with at least this distance between them. Days have dates. */
export function timeTicks([from, to]: Range, length: number, distance: number): Tick[] {
  const most = Math.max(1, Math.floor(length / distance));
  const least = (to - from) / most;
  const apart = distanceOf(least);
  if (apart === undefined) {
    // Fractions of a second: the clock is that of the whole second.
    return decimals([from, to], most).map((value) => {
      const whole = Math.floor(value + 1e-6);
      const fraction = Number((value - whole).toFixed(4));
      const clock = clockOf(new Date(whole * 1000), true);
      return { value, label: fraction > 0 ? clock + String(fraction).slice(1) : clock };
    });
  }
  const values = localTimes([from, to], least, apart).slice(0, most);
  return values.map((value) => {
    const date = new Date(value * 1000);
    return { value, label: nameOf(date, apart, date.getHours() + date.getMinutes() + date.getSeconds() === 0) };
  });
}

/** Times at which a local clock shows multiples of the distance, or at which days, months or years begin. */
function localTimes([from, to]: Range, least: number, apart: number): number[] {
  const first = new Date(from * 1000);
  const [year, month, day] = [first.getFullYear(), first.getMonth(), first.getDate()];
  if (Number.isNaN(year)) return [];
  let timeOf: (i: number) => number;
  if (apart < DAY) {
    // Counted by the clock, so that they stay at full hours when summer time begins or ends.
    timeOf = (i) => new Date(year, month, day, 0, 0, i * apart).getTime() / 1000;
  } else if (least <= 10 * DAY) {
    const days = apart / DAY;
    // Counted from a fixed day, so that they stay while the user moves the axis.
    const past = Math.floor(Date.UTC(year, month, day) / 86_400_000) % days;
    timeOf = (i) => new Date(year, month, day - past + i * days).getTime() / 1000;
  } else if (least <= 184 * DAY) {
    const months = [1, 2, 3, 6].find((count) => count * 30.7 * DAY >= least) ?? 6;
    timeOf = (i) => new Date(year, month - (month % months) + i * months, 1).getTime() / 1000;
  } else {
    const years = nice(least / DAY / 365.25);
    timeOf = (i) => new Date(year - (year % years) + i * years, 0, 1).getTime() / 1000;
  }
  const times: number[] = [];
  // Summer time moves the clock by at most two hours.
  const skipped = apart < DAY ? Math.max(0, Math.floor((from - timeOf(0) - 2 * HOUR) / apart)) : 0;
  for (let i = skipped; i < skipped + 1e4; i++) {
    const time = timeOf(i);
    if (!(time <= to)) break;
    if (time >= from && time !== times.at(-1)) times.push(time);
  }
  return times;
}

function nameOf(date: Date, apart: number, startsDay: boolean): string {
  if (apart < DAY && !startsDay) return clockOf(date, apart < MINUTE);
  if (apart > 180 * DAY && date.getMonth() === 0) return String(date.getFullYear());
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return apart > 10 * DAY ? `${MONTHS[date.getMonth()]} ${date.getFullYear()}` : day;
}

/** A local time in a few letters: of a range of more than two days, the day. */
export function shortTime(seconds: number, [from, to]: Range): string {
  return nameOf(new Date(seconds * 1000), to - from > 2 * DAY ? DAY : 1, false);
}
