import { BytesWriter } from './bytes.ts';
import { STORE_FORMAT, writePoint } from './pack-points.ts';
import type { ViewerPoint } from './points.ts';
import type { Store } from './store.ts';

export interface PackOptions {
  /** The most columns of a histogram; neighbours are added. Default 200. */
  readonly columns?: number;
  /** The most numbers of a curve; extremes are kept. Default 1000. */
  readonly scalars?: number;
  /** The most images of a tag. Default 4. */
  readonly images?: number;
}

/**
 * A store as bytes, for {@link unpackStore}: the format, the alerts as JSON, and the points as in pack-points.ts. Some
 * hundred bytes per histogram, which deflate well.
 * @throws RangeError for an option below 1
 */
export function packStore(
  store: Store,
  { columns = 200, scalars = 1000, images = 4 }: PackOptions = {},
): Uint8Array<ArrayBuffer> {
  for (const [name, value] of Object.entries({ columns, scalars, images })) {
    if (!(value >= 1)) throw new RangeError(`packLogs(): option "${name}" must be at least 1, got ${value}`);
  }
  const writer = new BytesWriter();
  writer.text(STORE_FORMAT);
  writer.text(JSON.stringify(store.alerts));
  for (const point of pointsOf(store, columns, scalars, images)) writePoint(writer, point);
  return writer.finish();
}

/** The points of a store tag by tag, which keeps the order of the tags. */
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
  yield* store.notShownPoints();
}

/** At most `most` elements, evenly spaced from the first to the last; the last alone if `most` is 1. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from(
    { length: most },
    (_, i) => all[all.length - 1 - Math.round((i * (all.length - 1)) / Math.max(most - 1, 1))]!,
  ).reverse();
}
