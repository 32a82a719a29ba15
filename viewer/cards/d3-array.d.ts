/** The one function of it that is used. */
declare module 'd3-array' {
  /** About `count` round numbers between two, ascending, both ends in it. */
  export function ticks(start: number, stop: number, count: number): number[];
}
