/** @file Bins of equal width, as numpy.histogram makes them. Source: numpy/lib/_histograms_impl.py and numpy.linspace. */

/** The outermost edges; values that are all the same get a bin around them. */
export function span(min: number, max: number): [first: number, last: number] {
  return min === max ? [min - 0.5, max + 0.5] : [min, max];
}

/** `count + 1` edges. Rounded as numpy.linspace rounds: the step times the index, and the last one exactly. */
export function equalEdges(first: number, last: number, count: number): Float64Array {
  const step = (last - first) / count;
  const edges = new Float64Array(count + 1);
  // A step that underflows to 0 is taken apart, as in numpy.
  for (let i = 0; i < count; i++) edges[i] = (step === 0 ? (i / count) * (last - first) : i * step) + first;
  edges[count] = last;
  return edges;
}
