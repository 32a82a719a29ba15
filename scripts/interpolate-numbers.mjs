// Built in the place of d3-interpolate: d3-scale can interpolate between colours, dates and objects, and the viewer's
// scales are of numbers. It makes the page 6 KB smaller.
export const interpolate = (a, b) => (share) => a * (1 - share) + b * share;
export { interpolate as interpolateNumber };
export const interpolateRound = (a, b) => (share) => Math.round(a * (1 - share) + b * share);
/** Of scales with more than two ends, which there are none of. */
export const piecewise = undefined;
