// The rule for every rival in WebAssembly at every size, and its summary for an engine.
import { isBoundByBytes, shareOfLimit, shareOfPeak, timeOf } from './row.mjs';

export const WASM_RIVALS = ['tfjs wasm', 'onnxruntime-web', 'litert.js', 'jax-js'];

/** A rival must take this many times as long, … */
const LEAD = 1.15;
/** … unless layertap reads as fast as this share of the bandwidth that bench/peak reads at in the same run. */
const BANDWIDTH = 0.95;
/** The geometric mean beside tfjs on its WebAssembly backend. */
const MEAN = 2;

export const RULE = `at least ${LEAD}x layertap's time, or layertap within ${Math.round(100 - 100 * BANDWIDTH)} % of the bandwidth of the same run`;

/**
 * @returns `{ ratio, bandwidth, limit, isMet }`: layertap's shares of the bandwidth and of the limit explain a miss; they are
 *   undefined where they are not the bound, or were not measured
 */
export function leadOver(row, rival, own) {
  const ratio = timeOf(row, rival) / timeOf(row, own);
  const bandwidth = isBoundByBytes(row) ? shareOfPeak(row, own) : undefined;
  return { ratio, bandwidth, limit: shareOfLimit(row, own), isMet: ratio >= LEAD || bandwidth >= BANDWIDTH };
}

const percent = (share) => `${(100 * share).toFixed(0)} %`;

/** A lead in words: `1.10x, 91 % of the bandwidth`. */
export function leadText({ ratio, bandwidth, limit }) {
  const shares = [
    bandwidth === undefined ? [] : `${percent(bandwidth)} of the bandwidth`,
    limit === undefined ? [] : `${percent(limit)} of the limit`,
  ];
  return [`${ratio.toFixed(2)}x`, ...shares.flat()].join(', ');
}

const geometricMean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/**
 * @param rows of all sections, with the name of their section in front of their label
 * @param own the kernels that are compared
 * @returns for each rival in WebAssembly: `{ rival, sizes, worst, mean, missed }`, where `missed` are leads with labels
 */
export function leads(rows, own) {
  return WASM_RIVALS.flatMap((rival) => {
    const found = rows
      .filter(({ times }) => times[rival] !== undefined && times[own] !== undefined)
      .map((row) => ({ label: row.label, ...leadOver(row, rival, own) }));
    if (found.length === 0) return [];
    return {
      rival,
      sizes: found.length,
      worst: found.reduce((a, b) => (b.ratio < a.ratio ? b : a)),
      mean: geometricMean(found.map(({ ratio }) => ratio)),
      missed: found.filter(({ isMet }) => !isMet),
    };
  });
}

/** Whether the geometric mean of the Linear sizes beside tfjs is as it should be; undefined if tfjs was not measured. */
export function tfjsMean(rows, own) {
  const beside = leads(rows, own).find(({ rival }) => rival === 'tfjs wasm');
  return beside === undefined ? undefined : { mean: beside.mean, least: MEAN, isMet: beside.mean >= MEAN };
}
