/** @file The host names that the server answers to. requests.ts refuses all others, with status 421. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Loopback names as browsers write them. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

const bare = (name: string): string => name.replace(/^\[(.*)\]$/, '$1');
const isWildcard = (host: string): boolean => ['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].includes(bare(host));

/** Whether only this machine can reach a server on this host. */
export const isLoopback = (host: string): boolean =>
  LOOPBACK.includes(host) || host === '::1' || /^127(\.\d+){3}$/.test(host);

/**
 * Tells which `Host` headers are answered: not a name that others may point at this machine, since a page of that name (DNS
 * rebinding) would have the server's origin. Addresses are safe: browsers do not resolve them. Ports may differ from the
 * server's, as with `ssh -L`.
 * @param host the host to listen on; undefined for this machine only
 */
export function hostCheck(host: string | undefined): (header: string | undefined) => boolean {
  const names = new Set(LOOPBACK);
  const anyAddress = host !== undefined && isWildcard(host);
  if (anyAddress) names.add(hostname().toLowerCase()).add(`${hostname().toLowerCase()}.local`);
  else if (host !== undefined) names.add(isIP(bare(host)) === 6 ? `[${bare(host)}]` : host.toLowerCase());
  return (header) => {
    const name = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\]+)(?::\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase();
    return name !== undefined && (names.has(name) || (anyAddress && isIP(bare(name)) !== 0));
  };
}

export function urlOf(host: string | undefined, port: number): string {
  if (host === undefined) return `http://localhost:${port}/`;
  if (isWildcard(host)) return `http://${hostname()}:${port}/`;
  return `http://${isIP(bare(host)) === 6 ? `[${bare(host)}]` : host}:${port}/`;
}
