// Turns rows of times into two Markdown tables: layertap beside the machine's peak, and its rivals beside layertap.
import { median } from './harness.mjs';

/** layertap's own columns, by the kernels that it runs on. */
const OURS = ['relaxed', 'simd'];

/** The order of the rivals' columns: WebAssembly, native, plain JavaScript. Others come first. */
const RIVALS = [
  'tfjs wasm',
  'onnxruntime-web',
  'jax-js',
  'onnxruntime-node',
  'PyTorch',
  'numpy',
  'tfjs cpu',
  'plain JavaScript',
];

/** The time of a candidate's best turn, in ns. */
export const timeOf = (row, name) => Math.min(...row.times[name]);

/** Three significant digits, without an exponent. */
export const digits = (value) => (value < 999.5 ? value.toPrecision(3) : value.toFixed(0));

const UNITS = [
  [1, 'ns'],
  [1e3, 'µs'],
  [1e6, 'ms'],
  [1e9, 's'],
];

export function formatTime(ns) {
  const [unit, name] = UNITS.findLast(([size]) => ns >= size) ?? UNITS[0];
  return `${digits(ns / unit)} ${name}`;
}

/** The upper bound for these kernels in this row: multiply-adds of the same binary, or bytes. */
function peakOf(row, name) {
  return row.peaks.find((peak) => peak.name === `peak ${name}`) ?? row.peaks.find((peak) => peak.bytes !== undefined);
}

/** Operations or bytes per ns that the peak reached: GFLOP/s or GB/s. */
const peakRate = (row, peak) => (peak.flop ?? peak.bytes) / timeOf(row, peak.name);

/** The share of the peak that layertap reached; undefined without a peak. */
export function shareOfPeak(row, name) {
  const peak = peakOf(row, name);
  if (peak === undefined) return undefined;
  const work = peak.flop === undefined ? row.bytes : row.flop;
  return work / timeOf(row, name) / peakRate(row, peak);
}

/** GFLOP/s, or GB/s if bytes are the bound. */
function rateCell(row, name) {
  const boundByBytes = row.flop === undefined || peakOf(row, name)?.bytes !== undefined;
  const [work, unit] = boundByBytes ? [row.bytes, 'GB/s'] : [row.flop, 'GFLOP/s'];
  return `${digits(work / timeOf(row, name))} ${unit}`;
}

function shareCell(row, name) {
  const share = shareOfPeak(row, name);
  return share === undefined ? '–' : `${(100 * share).toFixed(0)} % of ${digits(peakRate(row, peakOf(row, name)))}`;
}

/** The interference in this row: how much longer than the best turn the median turn took. */
function noiseCell(row) {
  const excess = Object.values(row.times).map((times) => median(times) / Math.min(...times) - 1);
  return `${(100 * median(excess)).toFixed(0)} %`;
}

const oursIn = (rows) => OURS.filter((name) => rows.some(({ times }) => times[name] !== undefined));

function rivalsIn(rows) {
  const peaks = new Set(rows.flatMap((row) => row.peaks.map(({ name }) => name)));
  const names = new Set(rows.flatMap(({ times }) => Object.keys(times)));
  const rivals = [...names].filter((name) => !OURS.includes(name) && !peaks.has(name));
  return rivals.sort((a, b) => RIVALS.indexOf(a) - RIVALS.indexOf(b));
}

function ownTable(rows) {
  const names = oursIn(rows);
  const hasPeaks = rows.some(({ peaks }) => peaks.length > 0);
  const header = ['', ...names.flatMap((name) => [name, 'rate', ...(hasPeaks ? ['of the peak'] : [])]), 'noise'];
  const cells = (row, name) => [
    formatTime(timeOf(row, name)),
    rateCell(row, name),
    ...(hasPeaks ? [shareCell(row, name)] : []),
  ];
  return table(
    header,
    rows.map((row) => [row.label, ...names.flatMap((name) => cells(row, name)), noiseCell(row)]),
  );
}

function rivalTable(rows) {
  const [ours, rivals] = [oursIn(rows), rivalsIn(rows)];
  const cell = (row, name) => {
    if (row.times[name] === undefined) return '–';
    const ratios = ours.map((own) => `${digits(timeOf(row, name) / timeOf(row, own))}x`);
    return `${formatTime(timeOf(row, name))}: ${ratios.join(', ')}`;
  };
  return table(
    ['', ...rivals],
    rows.map((row) => [row.label, ...rivals.map((name) => cell(row, name))]),
  );
}

/** A Markdown table with aligned columns. */
function table(header, body) {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...body].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, i) => cell[i === 0 ? 'padEnd' : 'padStart'](widths[i])).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...body.map(line)].join('\n');
}

/**
 * @param conditions date, machine, versions
 * @param targets lines of Markdown: each target, and whether it was met
 * @returns the Markdown of a section
 */
export function report({ title, about }, rows, conditions, targets) {
  const parts = [
    `## ${title}`,
    about,
    conditions,
    ownTable(rows),
    `The rivals' times, and how many times as long that is as layertap's (${oursIn(rows).join(', ')}):`,
    rivalTable(rows),
  ];
  if (targets.length > 0) parts.push(targets.map((target) => `- ${target}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}
