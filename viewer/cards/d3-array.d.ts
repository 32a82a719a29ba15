declare module 'd3-array' {
  /** About `count` round numbers from `start` to `stop`, ascending. */
  export function ticks(start: number, stop: number, count: number): number[];
}
