import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { directoryLogs, type LogDirectory, type LogFile } from '../../src/tensorboard/index.ts';
import type { LogListing } from '../../viewer/logs.ts';
import { kindOf } from '../paths.ts';

/** A prepared listing is used within this many milliseconds. */
const SOON = 3000;

/** The event files inside a directory. Only listed files can be read. */
export class ServedLogs {
  readonly name: string;
  readonly #directory: string;
  readonly #source: LogDirectory;
  #files: ReadonlyMap<string, LogFile> = new Map();
  /** Another server that is started on this port has other numbers for files. */
  readonly #id: string = randomUUID();
  /** By path, for as long as the server runs. */
  readonly #numbers: Map<string, number> = new Map();
  readonly #paths: string[] = [];
  #listing: Promise<LogListing> | undefined;
  #prepared: { readonly since: number; readonly listing: Promise<LogListing> } | undefined;
  readonly #now: () => number;

  /**
   * @param options `followLinks`: reads every link, also those that lead out of the directory. `isEmpty`: there is a recording in
   * place of the directory. Default false. `now`: milliseconds, for tests
   */
  constructor(
    directory: string,
    {
      followLinks = false,
      isEmpty = false,
      now = () => performance.now(),
    }: { followLinks?: boolean; isEmpty?: boolean; now?: () => number } = {},
  ) {
    this.#now = now;
    this.#directory = resolve(directory);
    this.name = basename(this.#directory) || this.#directory;
    this.#source = isEmpty
      ? { list: async () => [] }
      : directoryLogs(this.#directory, { outside: followLinks, everyLink: followLinks });
  }

  /** Begins a listing for the next call of {@link list}: the page asks once its scripts run. */
  prepare(): Promise<unknown> {
    const listing = this.list();
    this.#prepared = { since: this.#now(), listing };
    // The call that takes it gets its error.
    return listing.catch(() => {});
  }

  /** Calls during a listing share its result. */
  list(): Promise<LogListing> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared !== undefined && this.#now() - prepared.since < SOON) return prepared.listing;
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async #list(): Promise<LogListing> {
    const { name: directory } = this;
    try {
      const files = await this.#source.list();
      this.#files = new Map(files.map((file) => [file.path, file]));
      const listed = files.map(({ read: _, ...file }) => ({ ...file, number: this.#numberOf(file.path) }));
      return { directory, exists: true, server: this.#id, files: listed };
    } catch (error) {
      this.#files = new Map();
      if (['directory', 'a file'].includes(await kindOf(this.#directory))) throw error;
      return { directory, exists: false, server: this.#id, files: [] };
    }
  }

  /** @returns undefined if another server has numbered the files */
  filesOf(server: string, numbers: readonly number[]): (LogFile | undefined)[] | undefined {
    if (server !== this.#id) return undefined;
    return numbers.map((number) => this.#files.get(this.#paths[number] ?? ''));
  }

  #numberOf(path: string): number {
    let number = this.#numbers.get(path);
    if (number === undefined) {
      number = this.#paths.push(path) - 1;
      this.#numbers.set(path, number);
    }
    return number;
  }

  /** @param path as listed: it is looked up, and never used as a path of the file system */
  async file(path: string): Promise<LogFile | undefined> {
    if (this.#files.size === 0) await this.list();
    return this.#files.get(path);
  }
}
