// Turns rows of times into two Markdown tables: layertap beside the machine's peak, and its rivals beside layertap.
import { ratio } from './measure.mjs';

/** layertap's own columns, by the kernels that it runs on. */
export const OURS = ['relaxed', 'simd'];

/** Three significant digits, without an exponent. */
export const digits = (value) => (value < 1000 ? value.toPrecision(3) : value.toFixed(0));

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

/** What bounds the kernels of this name in this row: the multiply-adds of the same binary, or the bytes. */
function peakOf(row, name) {
  return row.peaks.find((peak) => peak.name === `peak ${name}`) ?? row.peaks.find((peak) => peak.bytes !== undefined);
}

/** The share of the peak that layertap reached: the median over the rounds; undefined where there is no peak. */
export function shareOfPeak(row, name) {
  const peak = peakOf(row, name);
  const times = row.results[name];
  if (peak === undefined || times === undefined) return undefined;
  const work = peak.flop === undefined ? row.bytes / peak.bytes : row.flop / peak.flop;
  return ratio(row.results[peak.name], times) * work;
}

/** As people count it: GFLOP/s, or GB/s where bytes are what bounds. */
function rateCell(row, name, ns) {
  const boundByBytes = row.flop === undefined || peakOf(row, name)?.bytes !== undefined;
  return boundByBytes ? `${digits(row.bytes / ns)} GB/s` : `${digits(row.flop / ns)} GFLOP/s`;
}

function shareCell(row, name) {
  const share = shareOfPeak(row, name);
  if (share === undefined) return '–';
  const peak = peakOf(row, name);
  return `${(100 * share).toFixed(0)} % of ${digits((peak.flop ?? peak.bytes) / row.results[peak.name].ns)}`;
}

const oursIn = (rows) => OURS.filter((name) => rows.some(({ results }) => results[name] !== undefined));

function rivalsIn(rows) {
  const peaks = new Set(rows.flatMap((row) => row.peaks.map(({ name }) => name)));
  const names = new Set(rows.flatMap(({ results }) => Object.keys(results)));
  return [...names].filter((name) => !OURS.includes(name) && !peaks.has(name));
}

function ownTable(rows) {
  const names = oursIn(rows);
  const hasPeaks = rows.some(({ peaks }) => peaks.length > 0);
  const header = ['', ...names.flatMap((name) => [name, 'rate', ...(hasPeaks ? ['of the peak'] : [])])];
  const cells = (row, name) => {
    const { ns } = row.results[name];
    return [formatTime(ns), rateCell(row, name, ns), ...(hasPeaks ? [shareCell(row, name)] : [])];
  };
  return table(
    header,
    rows.map((row) => [row.label, ...names.flatMap((name) => cells(row, name))]),
  );
}

function rivalTable(rows) {
  const [ours, rivals] = [oursIn(rows), rivalsIn(rows)];
  const cell = ({ results }, name) => {
    if (results[name] === undefined) return '–';
    const ratios = ours.map((own) => `${digits(ratio(results[name], results[own]))}x`);
    return `${formatTime(results[name].ns)}: ${ratios.join(', ')}`;
  };
  return table(
    ['', ...rivals],
    rows.map((row) => [row.label, ...rivals.map((name) => cell(row, name))]),
  );
}

/** A Markdown table whose columns stand under each other in the source too. */
function table(header, body) {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...body].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, i) => cell[i === 0 ? 'padEnd' : 'padStart'](widths[i])).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...body.map(line)].join('\n');
}

/**
 * @param conditions date, machine, versions
 * @param targets lines that say what was to be reached, and what was
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
