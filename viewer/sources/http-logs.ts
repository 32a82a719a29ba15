import type { LogDirectory, LogFile } from '../../src/tensorboard/index.ts';

/** What the server of `layertap view` says of its directory. */
export interface LogListing {
  /** Its name. */
  readonly directory: string;
  /** Whether it is there; it may come later. */
  readonly exists: boolean;
  readonly files: readonly Omit<LogFile, 'read'>[];
}

/**
 * The event files that the server of `layertap view` has.
 * @param base where the page is, with a '/' at its end
 */
export function httpLogs(base: URL): LogDirectory {
  return {
    async list() {
      const response = await ask(new URL('api/files', base));
      const { exists, directory, files } = (await response.json()) as LogListing;
      if (!exists) throw new Error(`there is no directory ${directory}; it is waited for`);
      return files.map((file): LogFile => ({ ...file, read: (from) => read(base, file.path, from) }));
    },
  };
}

/** The pieces of a file as they come: who does not take them holds the server back. */
async function* read(base: URL, path: string, from: number): AsyncGenerator<Uint8Array> {
  const url = new URL('api/file', base);
  url.search = String(new URLSearchParams({ path, from: String(from) }));
  const reader = (await ask(url)).body!.getReader();
  try {
    for (let part = await next(reader); !part.done; part = await next(reader)) yield part.value;
  } finally {
    // Of a file that nobody reads on, nothing more is sent.
    await reader.cancel().catch(() => {});
  }
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new Error('the server stopped answering', { cause });
  }
}

async function ask(url: URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new Error('the server does not answer; is the command still running?', { cause });
  }
  if (!response.ok) throw new Error((await response.text()).trim() || `the server answers ${response.status}`);
  return response;
}
