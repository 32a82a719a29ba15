// Turns rows of times into two Markdown tables: layertap beside the machine's peak, and its rivals beside layertap.
import { median } from './harness.mjs';
import { leadOver, RULE, WASM_RIVALS } from './lead.mjs';
import { isBoundByBytes, peakOf, peakRate, shareOfLimit, shareOfPeak, timeOf } from './row.mjs';

/** layertap's own columns, by the kernels that it runs on. */
const OURS = ['relaxed', 'simd'];

/** The order of the rivals' columns: WebAssembly, native, plain JavaScript. Others come first. */
const RIVALS = [
  ...WASM_RIVALS,
  'onnxruntime-node',
  'PyTorch',
  'numpy',
  'tfjs cpu',
  'ml-matrix',
  '@stdlib sgemm',
  'plain JavaScript',
];

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

/** GFLOP/s, or GB/s if bytes are the bound. */
function rateCell(row, name) {
  const [work, unit] = isBoundByBytes(row) ? [row.bytes, 'GB/s'] : [row.flop, 'GFLOP/s'];
  return `${digits(work / timeOf(row, name))} ${unit}`;
}

function shareCell(row, name) {
  const share = shareOfPeak(row, name);
  return share === undefined ? '–' : `${(100 * share).toFixed(0)} % of ${digits(peakRate(row, peakOf(row, name)))}`;
}

const limitCell = (row, name) => `${(100 * shareOfLimit(row, name)).toFixed(0)} %`;

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
  const columns = { rate: rateCell };
  if (rows.some((row) => shareOfPeak(row, names[0]) !== undefined)) columns['of the peak'] = shareCell;
  if (rows.some((row) => shareOfLimit(row, names[0]) !== undefined)) columns['of the limit'] = limitCell;
  const header = ['', ...names.flatMap((name) => [name, ...Object.keys(columns)]), 'noise'];
  const cells = (row, name) => [
    formatTime(timeOf(row, name)),
    ...Object.values(columns).map((cell) => cell(row, name)),
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
    const ratios = ours.map((own) => {
      const ratio = `${digits(timeOf(row, name) / timeOf(row, own))}x`;
      return WASM_RIVALS.includes(name) && !leadOver(row, name, own).isMet ? `**${ratio}**` : ratio;
    });
    return `${formatTime(timeOf(row, name))}: ${ratios.join(', ')}`;
  };
  return table(
    ['', ...rivals],
    rows.map((row) => [row.label, ...rivals.map((name) => cell(row, name))]),
  );
}

/** A Markdown table with aligned columns. */
export function table(header, body) {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...body].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, i) => cell[i === 0 ? 'padEnd' : 'padStart'](widths[i])).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...body.map(line)].join('\n');
}

/** Why a rival has no column, or no cell in a row. */
function absences(rows, absent) {
  const inRows = rows.flatMap(({ label, failures }) =>
    Object.entries(failures).map(([name, why]) => `${name} at ${label}: ${why}`),
  );
  return [...Object.entries(absent).map(([name, why]) => `${name}: ${why}`), ...inRows];
}

/**
 * @param conditions date, machine, versions
 * @param absent why rivals do not take part, by name
 * @param targets lines of Markdown: each target, and whether it was met
 * @returns the Markdown of a section
 */
export function report({ title, about }, rows, conditions, absent, targets) {
  const parts = [
    `## ${title}`,
    about,
    conditions,
    ownTable(rows),
    `The rivals' times, and how many times as long that is as layertap's (${oursIn(rows).join(', ')}). Bold where a
rival in WebAssembly does not take ${RULE}.`,
    rivalTable(rows),
  ];
  const missing = absences(rows, absent);
  if (missing.length > 0) parts.push(`Left out:\n\n${missing.map((why) => `- ${why}`).join('\n')}`);
  if (targets.length > 0) parts.push(targets.map((target) => `- ${target}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}
