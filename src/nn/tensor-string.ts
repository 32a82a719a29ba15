/**
 * @file Printing tensors by PyTorch's rules (torch/_tensor_str.py, 2.13, default options): four digits, scientific
 * notation if magnitudes are far apart, columns of one width, 80 characters a line, and more than 1000 values summarized.
 */

const PRECISION = 4;
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PREFIX = 'tensor(';

export function tensorString(data: ArrayLike<number>, shape: readonly number[]): string {
  if (data.length === 0) return shape.length === 1 ? 'tensor([])' : `tensor([], size=(${shape.join(', ')}))`;
  const summarize = data.length > THRESHOLD;
  const rowLengths = shape.map((_, dimension) => shape.slice(dimension + 1).reduce((a, b) => a * b, 1));

  /** The indices to show along a dimension; -1 is the ellipsis. */
  function shown(dimension: number): number[] {
    const length = shape[dimension]!;
    const all = summarize && length > 2 * EDGE_ITEMS ? 2 * EDGE_ITEMS : length;
    const indices = Array.from({ length: all }, (_, i) => (all < length && i >= EDGE_ITEMS ? length - all + i : i));
    if (all < length) indices.splice(EDGE_ITEMS, 0, -1);
    return indices;
  }

  function shownValues(dimension: number, offset: number): number[] {
    if (dimension === shape.length) return [data[offset]!];
    return shown(dimension)
      .filter((i) => i >= 0)
      .flatMap((i) => shownValues(dimension + 1, offset + i * rowLengths[dimension]!));
  }

  const { format, width } = formatter(shownValues(0, 0));

  function level(dimension: number, offset: number, indent: number): string {
    if (dimension === shape.length) return format(data[offset]!);
    const below = shape.length - dimension - 1;
    const pad = ' '.repeat(indent + 1);
    const parts = shown(dimension).map((i) => {
      if (i < 0) return below === 0 ? ' ...' : '...';
      return level(dimension + 1, offset + i * rowLengths[dimension]!, indent + 1);
    });
    if (below > 0) return `[${parts.join(`,${'\n'.repeat(below)}${pad}`)}]`;
    const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(', '));
    return `[${lines.join(`,\n${pad}`)}]`;
  }
  return `${PREFIX}${level(0, 0, PREFIX.length)})`;
}

/** The format of all values, which depends on those that are shown. */
function formatter(values: readonly number[]): { format: (value: number) => string; width: number } {
  const finite = values.filter((value) => Number.isFinite(value) && value !== 0);
  let [smallest, largest] = [Infinity, 0];
  for (const value of finite) {
    smallest = Math.min(smallest, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
  }
  const whole = finite.every(Number.isInteger);
  const farApart = largest / smallest > 1000 || largest > 1e8;
  const scientific = finite.length > 0 && (farApart || (!whole && smallest < 1e-4));

  function bare(value: number): string {
    if (Number.isNaN(value)) return 'nan';
    if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
    const sign = value < 0 || Object.is(value, -0) ? '-' : '';
    const magnitude = Math.abs(value);
    if (scientific) return sign + exponential(magnitude);
    return (
      sign + (whole ? `${magnitude.toFixed(0)}.` : halfToEven(magnitude.toFixed(PRECISION), magnitude.toFixed(100)))
    );
  }
  const width = Math.max(1, ...finite.map((value) => bare(value).length));
  return { format: (value) => bare(value).padStart(width), width };
}

/** `1.2300e-08`: an exponent has at least two digits. */
function exponential(magnitude: number): string {
  const [rounded, exponent] = magnitude.toExponential(PRECISION).split('e') as [string, string];
  const digits = halfToEven(rounded, magnitude.toExponential(100).split('e')[0]!);
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/**
 * JavaScript rounds a tie up, Python to the even digit.
 * @param exact the number in a hundred digits: a tie has only zeros after its five
 */
function halfToEven(rounded: string, exact: string): string {
  const kept = exact.slice(0, exact.indexOf('.') + 1 + PRECISION);
  const tie = /^50*$/.test(exact.slice(kept.length));
  return tie && /[02468]$/.test(kept) ? kept : rounded;
}
