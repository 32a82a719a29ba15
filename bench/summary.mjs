// The first part of a file of results: layertap beside every rival in WebAssembly, over all sections of a run.
import { leads, leadText, RULE, tfjsMean } from './lead.mjs';
import { digits, table } from './report.mjs';

export const SUMMARY = 'summary';

/**
 * @param rowsOf the rows of each section that was run
 * @param kernels those that users of this engine have
 * @param conditions date, machine, engine
 */
export function summaryReport(rowsOf, kernels, conditions) {
  const rows = Object.entries(rowsOf).flatMap(([section, those]) =>
    those.map((row) => ({ ...row, label: `${section} ${row.label}` })),
  );
  const found = leads(rows, kernels);
  const body = found.map(({ rival, sizes, worst, mean, missed }) => [
    rival,
    `${sizes}`,
    `${sizes - missed.length}`,
    `${missed.length}`,
    `${digits(mean)}x`,
    `${digits(worst.ratio)}x: ${worst.label}`,
  ]);
  const mean = tfjsMean([...(rowsOf['few-rows'] ?? []), ...(rowsOf.linear ?? [])], kernels);
  const misses = found.flatMap(({ rival, missed }) =>
    missed.map((lead) => `- **missed**: ${lead.label}, ${rival}: ${leadText(lead)}`),
  );
  return `${[
    '## Summary',
    conditions,
    `layertap's ${kernels} kernels, which users of this engine have, beside each rival in WebAssembly at every size of the
sections below. A size is met if the rival takes ${RULE}.`,
    table(['', 'sizes', 'met', 'missed', 'geometric mean', 'worst'], body),
    [
      ...(mean === undefined
        ? []
        : [
            `- ${mean.isMet ? 'met' : '**missed**'}: geometric mean of the Linear sizes at least ${mean.least}x tfjs wasm: ` +
              `${digits(mean.mean)}x`,
          ]),
      ...misses,
    ].join('\n'),
  ].join('\n\n')}\n`;
}
