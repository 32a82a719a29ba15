import type { LogDirectory, LogFile } from '../../src/tensorboard/index.ts';

/** What the server of `layertap view` answers to `api/files`. */
export interface LogListing {
  /** The name of the log directory. */
  readonly directory: string;
  /** Whether the log directory exists; it may be created later. */
  readonly exists: boolean;
  readonly files: readonly Omit<LogFile, 'read'>[];
}

/**
 * The event files of a server that answers as `layertap view` does: `api/files` with a {@link LogListing}, and
 * `api/file?path=…&from=…` with the bytes of a file from this one on.
 * @param base the URL of the page, with a '/' at its end
 */
export function httpLogs(base: URL): LogDirectory {
  return {
    async list() {
      const response = await ask(new URL('api/files', base));
      const { exists, directory, files } = (await response.json()) as LogListing;
      if (!exists) throw new Error(`the directory ${directory} does not exist yet`);
      return files.map((file): LogFile => ({ ...file, read: (from) => read(base, file.path, from) }));
    },
  };
}

/** A caller that takes no pieces holds the server back. */
async function* read(base: URL, path: string, from: number): AsyncGenerator<Uint8Array> {
  const url = new URL('api/file', base);
  url.search = String(new URLSearchParams({ path, from: String(from) }));
  const reader = (await ask(url)).body!.getReader();
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
