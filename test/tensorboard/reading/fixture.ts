/** @file How TensorBoard reads event files, as recorded by test/fixtures/make/readers.py. */
import { type LoggedEvent, type ReadWarning, readEvents } from '../../../src/tensorboard/index.ts';
import { fixtureJson } from '../../fixtures/fixture.ts';

type Points = Record<string, [step: number, value: number | string][]>;

export interface ResumedRun {
  name: string;
  /** By name, as base64. */
  files: Record<string, string>;
  /** What the default loader shows: points of scalars, steps of the others. */
  shown: { scalar: Points } & Record<'histogram' | 'image' | 'text', Record<string, number[]>>;
  /** What the Python loader shows of scalars: only it knows the mark of a restart. */
  purged?: Points;
}

export interface HistogramRecord {
  name: string;
  record: string;
  /** Left, right, count; in float32 where the record has the older form. */
  bins: (number | string)[][];
}

const file = fixtureJson<{
  resumed: ResumedRun[];
  histograms: HistogramRecord[];
  records: ({ name: string; record: string } & Record<string, string>)[];
}>('tensorboard/readers.json');
export const resumed: readonly ResumedRun[] = file.resumed;
export const histograms: readonly HistogramRecord[] = file.histograms;
export const records: readonly ({ name: string; record: string } & Record<string, string>)[] = file.records;

export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

/** Events and warnings of the package's reader. */
export async function eventsOf(bytes: Uint8Array): Promise<{ events: LoggedEvent[]; warnings: ReadWarning[] }> {
  const [events, warnings]: [LoggedEvent[], ReadWarning[]] = [[], []];
  for await (const event of readEvents(bytes, (warning) => warnings.push(warning))) events.push(event);
  return { events, warnings };
}
