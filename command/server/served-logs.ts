import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { directoryLogs, type LogDirectory, type LogFile } from '../../src/tensorboard/index.ts';

/** What a page is told of a log directory. */
export interface Listing {
  /** The last name of its path. */
  readonly directory: string;
  /** Whether it is there: a viewer may be started before what it is to show. */
  readonly exists: boolean;
  readonly files: readonly Omit<LogFile, 'read'>[];
}

/** The event files of one directory. Only what was listed can be read, and only what is inside is listed. */
export class ServedLogs {
  /** The last name of its path. */
  readonly name: string;
  readonly #directory: string;
  readonly #source: LogDirectory;
  #files: ReadonlyMap<string, LogFile> = new Map();
  #listing: Promise<Listing> | undefined;

  constructor(directory: string) {
    this.#directory = resolve(directory);
    this.name = basename(this.#directory) || this.#directory;
    this.#source = directoryLogs(this.#directory, { outside: false });
  }

  /** What is there now. Who asks while a look is under way is given what it finds. */
  list(): Promise<Listing> {
    this.#listing ??= this.#look().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async #look(): Promise<Listing> {
    const { name: directory } = this;
    try {
      const files = await this.#source.list();
      this.#files = new Map(files.map((file) => [file.path, file]));
      return { directory, exists: true, files: files.map(({ read: _, ...said }) => said) };
    } catch (error) {
      this.#files = new Map();
      if (await exists(this.#directory)) throw error;
      return { directory, exists: false, files: [] };
    }
  }

  /** @param path exactly as it is listed: it is looked up, and never made into a path of this machine */
  async file(path: string): Promise<LogFile | undefined> {
    if (this.#files.size === 0) await this.list();
    return this.#files.get(path);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
