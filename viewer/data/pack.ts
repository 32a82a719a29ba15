import type { Alert } from './alerts.ts';
import { BytesReader } from './bytes-reader.ts';
import { BytesWriter } from './bytes-writer.ts';
import { readPoint, writePoint } from './pack-points.ts';
import type { ViewerPoint } from './points.ts';
import { Store } from './store.ts';

export interface PackOptions {
  /** Of each histogram's columns at most so many; neighbours are added to each other. Default 200. */
  readonly columns?: number;
  /** Of each curve at most so many numbers; extremes stay. Default 1000. */
  readonly scalars?: number;
  /** Of each tag's pictures at most so many. Default 4. */
  readonly images?: number;
}

const FORMAT = 'layertap store 1';

/**
 * What a store holds as bytes, from which {@link unpackStore} makes a store again: a format, the alerts as JSON, and then
 * the points of pack-points.ts. Some hundred bytes for a histogram; they deflate well.
 * @throws RangeError for an option that is no number of at least 1
 */
export function packStore(
  store: Store,
  { columns = 200, scalars = 1000, images = 4 }: PackOptions = {},
): Uint8Array<ArrayBuffer> {
  for (const [name, value] of Object.entries({ columns, scalars, images })) {
    if (!(value >= 1)) throw new RangeError(`packStore(): option "${name}" must be at least 1, got ${value}`);
  }
  const writer = new BytesWriter();
  writer.text(FORMAT);
  writer.text(JSON.stringify(store.alerts));
  for (const point of pointsOf(store, columns, scalars, images)) writePoint(writer, point);
  return writer.finish();
}

/** @throws Error for other bytes; RangeError where they are cut off */
export function unpackStore(bytes: Uint8Array): Store {
  const reader = new BytesReader(bytes);
  const format = reader.text();
  if (format !== FORMAT) throw new Error(`unpackStore(): '${FORMAT}' expected, got '${format.slice(0, 40)}'`);
  const store = new Store({ alerts: JSON.parse(reader.text()) as Alert[] });
  const points: ViewerPoint[] = [];
  while (!reader.isAtEnd) points.push(readPoint(reader));
  store.add(points);
  return store;
}

/** Tag by tag, so that tags come in their order again. */
function* pointsOf(store: Store, columns: number, scalars: number, images: number): Generator<ViewerPoint> {
  const { runs } = store;
  for (const tag of store.tags('histogram')) {
    for (const run of runs) {
      for (const column of store.histograms(run, tag)?.columns(columns) ?? []) {
        yield { kind: 'histogram', run, tag, ...column };
      }
    }
  }
  for (const tag of store.tags('scalar')) {
    for (const run of runs) {
      const series = store.scalars(run, tag)?.reduced(scalars);
      if (series === undefined) continue;
      const { steps, wallTimes, values } = series;
      for (let i = 0; i < series.length; i++) {
        yield { kind: 'scalar', run, tag, step: steps[i]!, wallTime: wallTimes[i]!, value: values[i]! };
      }
    }
  }
  for (const tag of store.tags('image')) for (const run of runs) yield* spread(store.images(run, tag), images);
  for (const tag of store.tags('text')) for (const run of runs) yield* store.texts(run, tag);
}

/** So many of them, from the first to the last; of one the last. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from(
    { length: most },
    (_, i) => all[all.length - 1 - Math.round((i * (all.length - 1)) / Math.max(most - 1, 1))]!,
  ).reverse();
}
