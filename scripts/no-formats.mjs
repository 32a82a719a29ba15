// Built in the place of d3-format: d3-scale can name its ticks, and the viewer names them itself. It makes the page 2 KB
// smaller.
function format() {
  throw new Error('scales of the viewer have no tickFormat()');
}

export {
  format,
  format as formatPrefix,
  format as formatSpecifier,
  format as precisionFixed,
  format as precisionPrefix,
  format as precisionRound,
};
