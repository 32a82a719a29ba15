// Targets of the kernels, compared with the measured rows. The worst row decides; all rows that miss are named.
import { digits, formatTime, shareOfPeak, timeOf } from './report.mjs';

const WASM_RIVALS = ['tfjs wasm', 'onnxruntime-web', 'jax-js'];

/**
 * @param section whose rows these are
 * @param engine such as `Node 20.20.2` or `Chromium 156.0`
 * @returns lines of Markdown
 */
export function targetsOf(section, rows, engine) {
  const node20 = engine.startsWith('Node 20.');
  return (TARGETS[section]?.(rows, node20) ?? []).flatMap(({ what, least, most, figures, format }) => {
    const present = figures.filter(({ value }) => value !== undefined);
    if (present.length === 0) return [];
    const missed = present.filter(({ value }) => (most === undefined ? value < least : value > most));
    const named = ({ label, value }) => `${format(value)}${label === '' ? '' : ` (${label})`}`;
    if (missed.length > 0) return [`**missed**: ${what}: ${missed.map(named).join(', ')}`];
    const worst = present.reduce((a, b) => ((most === undefined ? b.value < a.value : b.value > a.value) ? b : a));
    return [`met: ${what}: ${present.length > 1 ? 'in the worst case ' : ''}${named(worst)}`];
  });
}

const times = (value) => `${digits(value)}x`;
const percent = (value) => `${(100 * value).toFixed(0)} %`;

/** The rival's time divided by layertap's, for each row that has both. */
function ratios(rows, own, rivals) {
  return rows.flatMap((row) =>
    rivals
      .filter((rival) => row.times[rival] !== undefined && row.times[own] !== undefined)
      .map((rival) => ({ label: `${row.label}, ${rival}`, value: timeOf(row, rival) / timeOf(row, own) })),
  );
}

const faster = (rows, own, rivals, least, where) => ({
  what: `${own} kernels at least ${least}x ${rivals.join(', ')}${where}`,
  least,
  figures: ratios(rows, own, rivals),
  format: times,
});

const nearPeak = (rows, own, least, where) => ({
  what: `${own} kernels at least ${percent(least)} of the peak${where}`,
  least,
  figures: rows
    .filter((row) => row.times[own] !== undefined)
    .map((row) => ({ label: row.label, value: shareOfPeak(row, own) })),
  format: percent,
});

/** A figure of two rows, undefined if one was not measured. */
function between(rows, [first, second], own, figure) {
  const [a, b] = [first, second].map((label) => rows.find((row) => row.label === label));
  const known = a?.times[own] !== undefined && b?.times[own] !== undefined;
  return [{ label: '', value: known ? figure(a, b) : undefined }];
}

const sizeOf = ({ label }) => label.split('x').map(Number);
const isLarge = (row) => {
  const [rows, depth, columns] = sizeOf(row);
  return rows >= 32 && depth >= 256 && columns >= 256;
};

const TARGETS = {
  'few-rows': (rows) =>
    ['relaxed', 'simd'].flatMap((own) => [
      faster(rows, own, WASM_RIVALS, 1.2, ''),
      {
        what: `${own} kernels: four rows of 4096x4096 at most 1.3x the time of one`,
        most: 1.3,
        figures: between(
          rows,
          ['4x4096x4096', '1x4096x4096'],
          own,
          (four, one) => timeOf(four, own) / timeOf(one, own),
        ),
        format: times,
      },
    ]),

  linear(rows, node20) {
    const large = rows.filter(isLarge);
    const middle = rows.filter(({ label }) => label === '16x2048x2048');
    const tail = (own, least) => ({
      what: `${own} kernels: the rate at 37x123x45 at least ${least} of that at 40x124x48`,
      least,
      figures: between(
        rows,
        ['37x123x45', '40x124x48'],
        own,
        (odd, even) => odd.flop / timeOf(odd, own) / (even.flop / timeOf(even, own)),
      ),
      format: (value) => value.toFixed(2),
    });
    return [
      faster(rows, 'relaxed', ['tfjs wasm'], 1.6, ''),
      faster(rows, 'relaxed', ['onnxruntime-web'], 1.7, ''),
      faster(rows, 'relaxed', ['jax-js'], 1.2, ''),
      faster(rows, 'simd', ['tfjs wasm'], node20 ? 1.2 : 1.35, ''),
      faster(rows, 'simd', ['onnxruntime-web'], 1.4, ''),
      faster(rows, 'simd', ['jax-js'], 1.2, ''),
      nearPeak(large, 'relaxed', node20 ? 0.85 : 0.9, ' for 32 rows and 256 features or more'),
      nearPeak(large, 'simd', 0.9, ' for 32 rows and 256 features or more'),
      nearPeak(middle, 'relaxed', 0.8, ''),
      nearPeak(middle, 'simd', 0.8, ''),
      tail('relaxed', 0.8),
      tail('simd', node20 ? 0.7 : 0.8),
    ];
  },

  threads(rows) {
    const large = rows.filter((row) => row.flop >= 2 * 128 * 1024 * 1024);
    return ['relaxed', 'simd'].map((own) => faster(large, own, [`${own}, one thread`], 1.8, ' from 128x1024x1024 up'));
  },

  statistics: (rows) =>
    ['relaxed', 'simd'].flatMap((own) => [
      nearPeak(
        rows.filter(({ label }) => label === '1e7 normal'),
        own,
        1,
        ', memory.copy',
      ),
      nearPeak(
        rows.filter(({ label }) => label === '1e6 normal'),
        own,
        0.4,
        ', memory.copy',
      ),
    ]),

  histogram: (rows) =>
    ['relaxed', 'simd'].flatMap((own) => [
      faster(
        rows.filter(({ label }) => label === '1e6 normal'),
        own,
        ['numpy'],
        4,
        '',
      ),
      ...['1e6 NaN', '1e6 Infinity'].map((label) => ({
        what: `${own} kernels: ${label} at most 2x the time of 1e6 normal`,
        most: 2,
        figures: between(rows, [label, '1e6 normal'], own, (odd, usual) => timeOf(odd, own) / timeOf(usual, own)),
        format: times,
      })),
    ]),

  chains(rows) {
    const [sequential, module] = ['Sequential', 'Module'].map((form) =>
      rows.filter(({ label }) => label === `1 x 10-30-30-2, ${form}`),
    );
    const atMost = (those, own, most) => ({
      what: `${own} kernels: ${those[0].label} at most ${formatTime(most)}`,
      most,
      figures: those.map((row) => ({ label: '', value: timeOf(row, own) })),
      format: formatTime,
    });
    return ['relaxed', 'simd']
      .filter((own) => rows[0].times[own] !== undefined)
      .flatMap((own) => [
        atMost(sequential, own, 500),
        faster(sequential, own, ['tfjs wasm', 'tfjs cpu'], 80, ' at a batch of one'),
        atMost(module, own, 2000),
      ]);
  },
};
