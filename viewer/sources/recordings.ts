import { describeError, type Numbers, plainSummary, readNumbers } from '../../src/check/index.ts';
import { type ActivationOutput, activationOf, type Want } from '../activation/activation.ts';
import { answerWants } from '../activation/answer-wants.ts';
import { isLayout } from '../activation/describe-outputs.ts';
import { planOf, spanOf } from '../activation/layout.ts';
import { MOST_BYTES } from '../activation/shrink.ts';
import { CLOCK } from '../clock.ts';
import type { DataSource } from './data-source.ts';

/** One output of a recording: where its tensor lies in the file. */
export interface RecordingOutput {
  readonly tag: string;
  /** The number of the call of the module. */
  readonly call: number;
  /** As in safetensors: `F32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The order of the axes, if the framework told it: `NCHW`. */
  readonly layout?: string;
  /** Bytes from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/** One recording of `layertap/inspect`. */
export interface RecordingListing {
  readonly path: string;
  readonly run: string;
  readonly outputs: readonly RecordingOutput[];
}

/** Where recordings come from: the server of `layertap view`. */
export interface RecordingDirectory {
  list(): Promise<readonly RecordingListing[]>;
  /** Bytes of one tensor. */
  read(path: string, from: number, to: number): Promise<Uint8Array>;
}

const ARRAYS = {
  F32: Float32Array,
  F64: Float64Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I8: Int8Array,
  I16: Int16Array,
  I32: Int32Array,
  I64: globalThis.BigInt64Array,
  U8: Uint8Array,
  U16: Uint16Array,
  U32: Uint32Array,
  U64: globalThis.BigUint64Array,
  BOOL: Uint8Array,
} as const;

/** Tensors of at most this many bytes are read whole, for the statistics of all values. */
const WHOLE = 64 * 2 ** 20;
/** No more bytes are read for one picture. */
const MOST_READ = 256 * 2 ** 20;
/** Recordings are looked for again after this many milliseconds. */
const INTERVAL = 5000;

/** The outputs in recordings, read when they are shown. */
export function recordingSource(name: string, recordings: RecordingDirectory): DataSource {
  return {
    name,
    connect(listener) {
      const { activations } = listener;
      if (activations === undefined) return () => {};
      const places = new Map<string, readonly [path: string, output: RecordingOutput]>();
      let warned = '';
      const warn = (text: string) => {
        if (text !== warned) listener.warning(text);
        warned = text;
      };
      const look = async () => {
        try {
          for (const { path, run, outputs } of await recordings.list()) {
            for (const output of outputs) {
              places.set(JSON.stringify([run, output.tag]), [path, output]);
              activations.offer(run, output.tag);
            }
          }
        } catch (error) {
          warn(`The recordings could not be listed: ${describeError(error)}`);
        }
      };
      const read = async (want: Want) => {
        const place = places.get(JSON.stringify([want.run, want.tag]));
        return place && readOutput(recordings, ...place, want);
      };
      const failed = ({ tag }: Want, error: unknown) => warn(`${tag} could not be read: ${describeError(error)}`);
      void look();
      const stopLooking = CLOCK.every(INTERVAL, () => void look());
      const stopAnswering = answerWants(activations, read, failed);
      return () => {
        stopLooking();
        stopAnswering();
      };
    },
  };
}

/** Reads what a picture needs: the whole tensor, or where that is large the span of the shown slice. */
async function readOutput(recordings: RecordingDirectory, path: string, output: RecordingOutput, want: Want) {
  const { dtype, shape, call, begin, end, layout, tag } = output;
  const Values = ARRAYS[dtype as keyof typeof ARRAYS];
  if (Values === undefined) throw new TypeError(`its type is ${dtype}, which has no numbers to draw`);
  const known: ActivationOutput = {
    step: call,
    shape,
    layout: isLayout(layout) ? layout : undefined,
    labels: undefined,
  };
  const size = Values.BYTES_PER_ELEMENT;
  const isWhole = end - begin <= WHOLE;
  const [first, last] = isWhole
    ? [0, (end - begin) / size]
    : spanOf(shape, planOf(shape, known.layout, want, MOST_BYTES / 8));
  const length = (last - first) * size;
  if (length > MOST_READ) {
    throw new RangeError(
      `what is shown spans ${Math.round(length / 2 ** 20)} MB of the file; choose one index of an axis`,
    );
  }
  const bytes = await recordings.read(path, begin + first * size, begin + last * size);
  if (bytes.length !== length)
    throw new RangeError(`the file ends before its tensor: ${bytes.length} of ${length} bytes`);
  // A copy, since the bytes may not be aligned.
  const array = new Values(bytes.slice().buffer as ArrayBuffer);
  const values: Numbers = readNumbers(path, tag, array, { dtype });
  return activationOf(want, known, values, plainSummary(values), isWhole ? undefined : first);
}

/** The recordings that the server of `layertap view` lists. @param base where its page is */
export function httpRecordings(base: URL): RecordingDirectory {
  const get = async (path: string): Promise<Response> => {
    const response = await fetch(new URL(path, base));
    if (!response.ok) throw new Error(`the server answered ${response.status}: ${(await response.text()).trim()}`);
    return response;
  };
  return {
    list: async () => (await (await get('api/recordings')).json()) as readonly RecordingListing[],
    async read(path, from, to) {
      const query = new URLSearchParams({ path, from: String(from), to: String(to) });
      return new Uint8Array(await (await get(`api/recording?${query}`)).arrayBuffer());
    },
  };
}
