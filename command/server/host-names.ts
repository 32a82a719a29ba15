import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Where this machine reaches itself, as browsers write it. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

const bare = (name: string): string => name.replace(/^\[(.*)\]$/, '$1');
const isWildcard = (host: string): boolean => ['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].includes(bare(host));

/** Whether only this machine can reach what listens there. */
export const isLoopback = (host: string): boolean =>
  LOOPBACK.includes(host) || host === '::1' || /^127(\.\d+){3}$/.test(host);

/**
 * Which `Host` headers are answered. A name that anybody may have pointed at this machine is not: with such a name (DNS
 * rebinding) a page from elsewhere would be of the same origin as the server. Addresses are safe, since a browser asks
 * nobody what they mean. Ports may differ from the server's own, as behind `ssh -L`.
 * @param host where it listens; undefined: on this machine alone
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

/** What to type into a browser. */
export function urlOf(host: string | undefined, port: number): string {
  if (host === undefined) return `http://localhost:${port}/`;
  if (isWildcard(host)) return `http://${hostname()}:${port}/`;
  return `http://${isIP(bare(host)) === 6 ? `[${bare(host)}]` : host}:${port}/`;
}
