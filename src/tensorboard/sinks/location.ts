/** @file Where a writer's files go, and their names: those of PyTorch's and TensorBoard's writers. */
import { directorySink } from './directory-sink.ts';
import type { EventSink } from './event-sink.ts';
import { logPath, type NodeBuiltins, nodeBuiltins } from './node.ts';

export interface Location {
  readonly sink: EventSink;
  /** The log directory for users. */
  readonly logDir: string;
  /** The log directory for the sink: absolute on a disk. */
  readonly root: string;
  readonly origin: Origin;
}

/**
 * @param logDir '' for the default
 * @param sink undefined for files on a disk
 * @throws TypeError for a URL that is not a path, without a sink; Error outside Node without a sink
 */
export function locate(logDir: string | URL, sink: EventSink | undefined, comment: string): Location {
  const node = nodeBuiltins();
  const origin = originOf(node);
  if (sink !== undefined) {
    const name = String(logDir) || defaultLogDir('/', origin.host, new Date(), comment);
    return { sink, logDir: name, root: name, origin };
  }
  if (node === undefined) {
    throw new Error(
      'SummaryWriter: there are no directories here as in Node (20.19 or newer); ' +
        'give a sink: new SummaryWriter(logDir, { sink: new MemorySink() })',
    );
  }
  const elsewhere = 'give a sink that writes there: new SummaryWriter(name, { sink })';
  const given = logPath('SummaryWriter', elsewhere, logDir, node);
  const path = given || defaultLogDir(node.path.sep, origin.host, new Date(), comment);
  return { sink: directorySink(node), logDir: path, root: node.path.resolve(path), origin };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * `runs/Nov23_14-47-27_hostname` and the comment: local time, with English months in every locale.
 * Source: `SummaryWriter.__init__` in torch/utils/tensorboard/writer.py.
 */
export function defaultLogDir(separator: string, host: string, now: Date, comment: string): string {
  const [day, hours, minutes, seconds] = [now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()].map(
    (part) => String(part).padStart(2, '0'),
  );
  const time = `${MONTHS[now.getMonth()]}${day}_${hours}-${minutes}-${seconds}`;
  return `runs${separator}${time}_${host}${comment}`;
}

/** Identifies the writing process in file names. */
export interface Origin {
  readonly host: string;
  /** Distinguishes the processes, pages and workers of one host. */
  readonly process: number;
}

let page: Origin | undefined;

/** In Node the host and the process id; in a page its host and a random number. */
export function originOf(node: NodeBuiltins | undefined): Origin {
  if (node !== undefined) return { host: node.os.hostname(), process: node.process.pid };
  page ??= {
    host: (globalThis as { location?: { hostname?: string } }).location?.hostname || 'browser',
    process: Math.floor(Math.random() * 2 ** 32),
  };
  return page;
}

/** The number of event files that this process has named. */
let named = 0;

/**
 * The next name for an event file. It may be taken: worker threads share a process id, containers often have the same
 * one, and each counts its files from 0.
 * Source: `EventFileWriter.__init__` in tensorboard/summary/writer/event_file_writer.py.
 * @param seconds since 1970
 */
export function nextFileName(seconds: number, { host, process }: Origin, suffix: string): string {
  return `events.out.tfevents.${String(Math.floor(seconds)).padStart(10, '0')}.${host}.${process}.${named++}${suffix}`;
}
