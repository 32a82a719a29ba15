import { summarize, type Tensor } from 'layertap';

/** The recorded outputs of one layer. */
export interface LayerReport {
  path: string;
  layer: string;
  outputs: Tensor[];
}

const HEADER = ['path', 'layer', 'calls', 'shape', 'mean', 'std', 'min', 'max', 'zeros'];

/** A row of statistics for each layer, over all its outputs. */
export function table(reports: readonly LayerReport[]): string {
  const rows = [HEADER, ...reports.map(row)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return rows.map(line).join('\n');
}

function row({ path, layer, outputs }: LayerReport): string[] {
  const { count, mean, variance, min, max, zeros } = summarize(outputs.flatMap(({ data }) => [...data]));
  const numbers = [mean, Math.sqrt(variance), min, max].map((value) => value.toFixed(3));
  return [
    path,
    layer,
    `${outputs.length}`,
    `[${outputs[0]!.shape}]`,
    ...numbers,
    `${((100 * zeros) / count).toFixed(1)} %`,
  ];
}
