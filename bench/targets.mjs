// Targets of the kernels, compared with the measured rows. The worst row decides; all rows that miss are named.
import { leads, leadText, RULE } from './lead.mjs';
import { digits, formatTime } from './report.mjs';
import { arithmeticTime, shareOfLimit, shareOfPeak, timeOf } from './row.mjs';

/**
 * @param section whose rows these are
 * @param engine such as `Node 20.20.2` or `Chromium 156.0`
 * @returns lines of Markdown
 */
export function targetsOf(section, rows, engine) {
  const node20 = engine.startsWith('Node 20.');
  const own = ['relaxed', 'simd'].filter((kernels) => rows[0].times[kernels] !== undefined);
  const beside = own.flatMap((kernels) => besideRivals(rows, kernels));
  return [...beside, ...ownTargets(section, rows, node20)];
}

/** {@link RULE}, for one kind of kernels. */
function besideRivals(rows, own) {
  const found = leads(rows, own);
  if (found.length === 0) return [];
  const show = (rival, lead) => `${lead.label}, ${rival}: ${leadText(lead)}`;
  const missed = found.flatMap(({ rival, missed }) => missed.map((lead) => show(rival, lead)));
  const { rival, worst } = found.reduce((a, b) => (b.worst.ratio < a.worst.ratio ? b : a));
  const what = `${own} kernels beside ${found.map((each) => each.rival).join(', ')}, ${RULE}`;
  return missed.length > 0
    ? [`**missed**: ${what}: ${missed.join('; ')}`]
    : [`met: ${what}: in the worst case ${show(rival, worst)}`];
}

function ownTargets(section, rows, node20) {
  return (TARGETS[section]?.(rows, node20) ?? []).flatMap(({ what, least, most, figures, format }) => {
    const present = figures.filter(({ value }) => value !== undefined);
    if (present.length === 0) return [];
    const missed = present.filter(({ value }) => (most === undefined ? value < least : value > most));
    const named = ({ value, ...about }) => {
      const notes = [about.label, about.note].filter(Boolean).join('; ');
      return `${format(value)}${notes === '' ? '' : ` (${notes})`}`;
    };
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
    .map((row) => {
      const limit = shareOfLimit(row, own);
      const note = limit === undefined ? undefined : `${percent(limit)} of the limit`;
      return { label: row.label, value: shareOfPeak(row, own), note };
    }),
  format: percent,
});

/** A figure of two rows, undefined if one was not measured; `noteOf` explains it. */
function between(rows, [first, second], own, figure, noteOf) {
  const [a, b] = [first, second].map((label) => rows.find((row) => row.label === label));
  const known = a?.times[own] !== undefined && b?.times[own] !== undefined;
  return known ? [{ label: '', value: figure(a, b), note: noteOf?.(a, b) }] : [];
}

const sizeOf = ({ label }) => label.split('x').map(Number);
const isLarge = (row) => {
  const [rows, depth, columns] = sizeOf(row);
  return rows >= 32 && depth >= 256 && columns >= 256;
};

const TARGETS = {
  'few-rows': (rows) =>
    ['relaxed', 'simd'].flatMap((own) => [
      {
        what: `${own} kernels: four rows of 4096x4096 at most 1.3x the time of one`,
        most: 1.3,
        figures: between(
          rows,
          ['4x4096x4096', '1x4096x4096'],
          own,
          (four, one) => timeOf(four, own) / timeOf(one, own),
          (four) =>
            `reading the weights takes ${formatTime(timeOf(four, 'read'))}, the arithmetic ` +
            `${formatTime(arithmeticTime(four, own))} at the peak, the call ${formatTime(timeOf(four, own))}`,
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
    const [sequential, module, hooked] = ['Sequential', 'Module', 'hooked'].map((form) =>
      rows.filter(({ label }) => label === `1 x 10-30-30-2, ${form}`),
    );
    const atMost = (those, own, most) => ({
      what: `${own} kernels: ${those[0].label} at most ${formatTime(most)}`,
      most,
      figures: those.map((row) => ({
        label: '',
        value: timeOf(row, own),
        note: `the arrays of its outputs alone take ${formatTime(timeOf(row, 'new arrays'))}`,
      })),
      format: formatTime,
    });
    return ['relaxed', 'simd']
      .filter((own) => rows[0].times[own] !== undefined)
      .flatMap((own) => [
        atMost(sequential, own, 500),
        faster(sequential, own, ['tfjs wasm', 'tfjs cpu'], 80, ' at a batch of one'),
        atMost(module, own, 2000),
        atMost(hooked, own, 2500),
      ]);
  },
};
