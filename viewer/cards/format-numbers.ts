// Numbers for people. A minus is a minus sign, not a hyphen.

const MINUS = '\u2212';

const typeset = (text: string): string => text.replaceAll('-', MINUS).replace('e+', 'e');

/** At most `digits` significant digits, without trailing zeros: `0.1`, `12.35`, `1.5e−7`, `3e20`. */
export function formatValue(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : `${MINUS}Inf`;
  const short = Number(value.toPrecision(digits));
  const size = Math.abs(short);
  return typeset(size !== 0 && (size < 1e-4 || size >= 1e5) ? short.toExponential() : String(short));
}

/** All digits, in groups of three: `1,234,567`. Fractions are rounded to three decimals. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return formatValue(count);
  const [whole = '', rest] = String(Math.abs(count) >= 1e21 ? count : Math.round(count * 1000) / 1000).split('.');
  return typeset(whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest === undefined ? '' : `.${rest}`));
}

const LARGE: readonly [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** Three significant digits and a unit prefix: `0`, `950`, `1.2k`, `35M`. */
export function formatShort(count: number): string {
  const rounded = Number(count.toPrecision(3));
  for (const [size, letter] of LARGE) {
    if (Math.abs(rounded) >= size && Math.abs(rounded) < 1e15) return `${formatValue(rounded / size, 3)}${letter}`;
  }
  return formatValue(rounded, 3);
}

/** A share as percent: `<0.1 %`, `12.5 %`. Only exactly 0 is `0 %`, and only exactly 1 is `100 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  if (percent < 100 && percent > 99.9) return '>99.9 %';
  return `${Number(percent.toFixed(1))} %`;
}

/** Labels of evenly spaced ticks, with just enough digits to tell them apart. */
export function formatTicks(ticks: readonly number[]): string[] {
  // A single tick has no spacing: take its own size.
  const spacing = Math.abs(ticks.length > 1 ? ticks[1]! - ticks[0]! : (ticks[0] ?? 0)) || 1;
  const largest = Math.max(...ticks.map(Math.abs), spacing);
  // Digits that the largest tick needs to differ from the next.
  const digits = Math.min(15, Math.max(1, Math.ceil(Math.log10(largest / spacing) + 1e-9) + 2));
  return ticks.map((tick) => formatValue(Math.abs(tick) < spacing / 1e6 ? 0 : tick, digits));
}
