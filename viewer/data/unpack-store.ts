import type { Alert } from './alerts.ts';
import { BytesReader } from './bytes.ts';
import { readPoint, STORE_FORMAT } from './pack-points.ts';
import type { ViewerPoint } from './points.ts';
import { Store } from './store.ts';

/** @throws Error for other bytes; RangeError if they end too early */
export function unpackStore(bytes: Uint8Array): Store {
  const reader = new BytesReader(bytes);
  const format = reader.text();
  if (format !== STORE_FORMAT)
    throw new Error(`mountPacked(): the format must be '${STORE_FORMAT}', got '${format.slice(0, 40)}'`);
  const store = new Store({ alerts: JSON.parse(reader.text()) as Alert[] });
  const points: ViewerPoint[] = [];
  while (!reader.isAtEnd) points.push(readPoint(reader));
  store.add(points);
  return store;
}
