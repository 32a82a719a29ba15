// Built in the place of d3-color: d3-scale can interpolate between colours, and the viewer's scales are of numbers. It
// makes the page 4 KB smaller.
export const color = () => null;
export { color as cubehelix, color as hcl, color as hsl, color as lab, color as rgb };
