import { createServer, type RequestListener, type Server } from 'node:http';
import { CommandError } from '../paths.ts';
import { urlOf } from './host-names.ts';
import { LONGEST_URL } from './requests.ts';
import { type Clock, SYSTEM_CLOCK, stalledClients } from './stalled-clients.ts';

export const DEFAULT_PORT = 6007;
const TRIED_PORTS = 100;

/** In milliseconds: long enough for honest clients, and the longest that others can hold a connection. */
const LIMITS = {
  maxHeaderSize: LONGEST_URL + 8192,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
/** An idle connection is closed after this. */
const IDLE_MILLISECONDS = 60_000;
const MOST_CONNECTIONS = 256;

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Closes all connections, whatever they are doing. */
  close(): Promise<void>;
}

/**
 * Listens on the loopback addresses, or on a host.
 * @param port undefined: {@link DEFAULT_PORT}, or the next free one; 0: any free port
 * @throws CommandError
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
    const stalled = stalledClients(clock);
    for (const server of servers) server.on('connection', (socket) => stalled.watch(socket));
    const close = () => {
      stalled.stop();
      return closeAll(servers);
    };
    return { url: urlOf(host, taken), port: taken, close };
  }
  const taken = port === undefined ? `the ports ${tried[0]} to ${tried.at(-1)} are` : `port ${port} is`;
  throw new CommandError(`${taken} taken by other programs; choose one with --port, or any with --port 0`);
}

/** @returns undefined if the port is taken */
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
  // Browsers may resolve `localhost` to either address: another program must not listen on the other.
  const six = await open(listener, '::1', (four.address() as { port: number }).port);
  if (typeof six !== 'string') return [four, six];
  if (six !== 'EADDRINUSE') return [four];
  await closeAll([four]);
  return port === 0 ? listenOn(listener, host, port) : undefined;
}

function refused(code: string, host: string, port: number): undefined {
  if (code === 'EADDRINUSE') return undefined;
  if (code === 'EACCES') throw new CommandError(`port ${port} needs permissions that this program does not have`);
  if (['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL'].includes(code)) {
    throw new CommandError(`--host must be a name or an address of this machine, got ${host} (${code})`);
  }
  throw new CommandError(`cannot listen on ${host}, port ${port}: ${code}`);
}

/** @returns the error code if it cannot listen */
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
