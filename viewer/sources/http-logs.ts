import type { FilePart, LogDirectory, LogFile } from '../../src/tensorboard/index.ts';
import { readParts } from './http-parts.ts';

/** What the server of `layertap view` answers to `api/files`. */
export interface LogListing {
  /** The name of the log directory. */
  readonly directory: string;
  /** Whether the log directory exists; it may be created later. */
  readonly exists: boolean;
  readonly files: readonly (Omit<LogFile, 'read'> & {
    /** Its number in the questions to `api/parts`. */
    readonly number?: number;
  })[];
  /** What to say if there are no files; '' for nothing. */
  readonly whileEmpty?: string;
  /** Of a server that answers to `api/parts`: whose numbers these are. */
  readonly server?: string;
}

/**
 * The event files of a server that answers as `layertap view` does: `api/files` with a {@link LogListing}, and
 * `api/file?path=…&from=…` with the bytes of a file from this one on. If the listing has numbers, `api/parts` gives parts of many
 * files at once.
 * @param base the URL of the page, with a '/' at its end
 */
export function httpLogs(base: URL): LogDirectory {
  const numbers = new Map<string, number>();
  const logs: LogDirectory = {
    async list() {
      const response = await ask(new URL('api/files', base));
      const { exists, directory, files, server, whileEmpty } = (await response.json()) as LogListing;
      if (!exists) throw new Error(`the directory ${directory} does not exist yet`);
      logs.whileEmpty = whileEmpty;
      numbers.clear();
      for (const { path, number } of files) if (number !== undefined) numbers.set(path, number);
      if (server === undefined || numbers.size < files.length) delete logs.readParts;
      else {
        logs.readParts = (parts: readonly FilePart[]) => {
          const numberOf = (path: string) => numbers.get(path)!;
          return readParts({ parts, numberOf }, async (of) => {
            // As it is: commas need not be encoded.
            const response = await ask(new URL(`api/parts?server=${encodeURIComponent(server)}&of=${of}`, base));
            return bytesOf(response);
          });
        };
      }
      return files.map(({ number: _, ...file }): LogFile => ({ ...file, read: (from) => read(base, file.path, from) }));
    },
  };
  return logs;
}

async function* read(base: URL, path: string, from: number): AsyncGenerator<Uint8Array> {
  const url = new URL('api/file', base);
  url.search = String(new URLSearchParams({ path, from: String(from) }));
  yield* bytesOf(await ask(url));
}

/** A caller that takes no pieces holds the server back. */
async function* bytesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body!.getReader();
  try {
    const next = () => orFail(reader.read(), 'the server stopped answering');
    for (let part = await next(); !part.done; part = await next()) yield part.value;
  } finally {
    // Stops the server from sending the rest.
    await reader.cancel().catch(() => {});
  }
}

async function ask(url: URL): Promise<Response> {
  const response = await orFail(fetch(url), 'the server does not answer; is the command still running?');
  if (!response.ok) throw new Error((await response.text()).trim() || `the server answers ${response.status}`);
  return response;
}

const orFail = <T>(work: Promise<T>, message: string): Promise<T> =>
  work.catch((cause) => {
    throw new Error(message, { cause });
  });
