import { createServer, type RequestListener, type Server } from 'node:http';
import { DEFAULT_PORT } from '../arguments.ts';
import { LONGEST_URL } from './handle.ts';
import { urlOf } from './host-names.ts';
import { type Clock, StalledClients, SYSTEM_CLOCK } from './stalled-clients.ts';

/** How many ports behind the default one are tried. */
const TRIED_PORTS = 100;

/** Long enough for anybody who means it, so that those who do not hold nothing for long. In milliseconds. */
const LIMITS = {
  maxHeaderSize: LONGEST_URL + 8192,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
/** A connection on which nothing happens for this long is closed. */
const IDLE_MILLISECONDS = 60_000;
const MOST_CONNECTIONS = 256;

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Ends at once, answers that are under way included. */
  close(): Promise<void>;
}

/** Nothing can listen there. */
export class CannotListen extends Error {}

/**
 * Listens on this machine's own addresses, or on the host that was given.
 * @param port undefined: {@link DEFAULT_PORT} or the first free one behind it; 0: any
 * @param clock says when a client that does not read has had its time
 * @throws CannotListen
 */
export async function listen(
  listener: RequestListener,
  { host, port, clock = SYSTEM_CLOCK }: { host: string | undefined; port: number | undefined; clock?: Clock },
): Promise<Listening> {
  const tried = port === undefined ? Array.from({ length: TRIED_PORTS }, (_, i) => DEFAULT_PORT + i) : [port];
  for (const one of tried) {
    const servers = await listenOn(listener, host, one);
    if (servers === undefined) continue;
    const { port: taken } = servers[0]!.address() as { port: number };
    const stalled = new StalledClients(clock);
    for (const server of servers) server.on('connection', (socket) => stalled.watch(socket));
    const close = () => {
      stalled.stop();
      return closeAll(servers);
    };
    return { url: urlOf(host, taken), port: taken, close };
  }
  const taken = port === undefined ? `the ports ${tried[0]} to ${tried.at(-1)} are` : `port ${port} is`;
  throw new CannotListen(`${taken} taken by other programs; choose one with --port, or any with --port 0`);
}

/** @returns undefined where the port is taken */
async function listenOn(
  listener: RequestListener,
  host: string | undefined,
  port: number,
): Promise<Server[] | undefined> {
  if (host !== undefined) {
    const server = await open(listener, host, port);
    return typeof server === 'string' ? refused(server, host, port) : [server];
  }
  const four = await open(listener, '127.0.0.1', port);
  if (typeof four === 'string') return refused(four, '127.0.0.1', port);
  // Browsers may take `localhost` for either address: another program must not have the other one.
  const six = await open(listener, '::1', (four.address() as { port: number }).port);
  if (typeof six !== 'string') return [four, six];
  if (six !== 'EADDRINUSE') return [four];
  await closeAll([four]);
  return port === 0 ? listenOn(listener, host, port) : undefined;
}

function refused(code: string, host: string, port: number): undefined {
  if (code === 'EADDRINUSE') return undefined;
  if (code === 'EACCES') throw new CannotListen(`port ${port} needs rights that this program does not have`);
  if (['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL'].includes(code)) {
    throw new CannotListen(`--host: ${host} is no name or address of this machine (${code})`);
  }
  throw new CannotListen(`cannot listen on ${host}, port ${port}: ${code}`);
}

/** @returns the system's code where it cannot listen */
function open(listener: RequestListener, host: string, port: number): Promise<Server | string> {
  const server = createServer(LIMITS, listener);
  server.timeout = IDLE_MILLISECONDS;
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map((server) => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    }),
  );
}
