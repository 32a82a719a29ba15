const CELL = 20;
const LEFT = 44;

/** Rows of shares as an SVG: blue for below 0, red for above. */
export function heatMap(rows: readonly { readonly path: string; readonly shares: readonly number[] }[]): string {
  const width = LEFT + CELL * Math.max(...rows.map(({ shares }) => shares.length)) + 8;
  const height = rows.length * (CELL + 18) + 22;
  const strongest = Math.max(...rows.flatMap(({ shares }) => shares.map(Math.abs)));
  const parts = rows.flatMap(({ path, shares }, row) => {
    const y = 20 + row * (CELL + 18);
    return [
      `<text x="4" y="${y + 14}">${path}</text>`,
      ...shares.map((share, unit) => {
        const x = LEFT + unit * CELL;
        const title = `<title>${path}, unit ${unit}: ${(100 * share).toFixed(1)} %</title>`;
        return `<rect x="${x}" y="${y}" width="${CELL - 1}" height="${CELL - 1}" fill="${colour(share / strongest)}">${title}</rect>`;
      }),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    '<title>Activation patching</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${LEFT}" y="13">share of the difference that each unit carries; the darkest is ${(100 * strongest).toFixed(0)} %</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** From -1 to 1. */
function colour(value: number): string {
  const pale = Math.round(255 * (1 - Math.min(1, Math.abs(value))));
  return value < 0 ? `rgb(${pale},${pale},255)` : `rgb(255,${pale},${pale})`;
}
