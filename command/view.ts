import { dirname, resolve } from 'node:path';
import { DEFAULT_PORT } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { kindOf } from './kind-of.ts';
import { openBrowser } from './open-browser.ts';
import { pageFiles } from './page-files.ts';
import { handle } from './server/handle.ts';
import { hostCheck, isLoopback } from './server/host-names.ts';
import { CannotListen, listen } from './server/listen.ts';
import { ServedLogs } from './server/served-logs.ts';

export interface ViewOptions {
  readonly directory: string;
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly open: boolean;
}

/**
 * Serves the viewer until a signal ends it.
 * @throws CommandError where there can be no such directory, or nothing can listen
 */
export async function view({ directory, port, host, open }: ViewOptions): Promise<void> {
  await checkDirectory(directory);
  const logs = new ServedLogs(directory);
  const site = { logs, assets: await pageFiles(logs.name), answersTo: hostCheck(host) };
  const listening = await listen((request, response) => void handle(site, request, response), { host, port }).catch(
    (error) => {
      throw error instanceof CannotListen ? new CommandError(error.message) : error;
    },
  );
  // From here on: who reads the address may end the program at once.
  const ended = signal();
  if (host !== undefined && !isLoopback(host)) {
    console.error(`layertap: whoever can reach ${listening.url} can read these logs; there is no password`);
  }
  const taken = port === undefined && listening.port !== DEFAULT_PORT;
  console.log(`${listening.url} shows ${directory}${taken ? `; port ${DEFAULT_PORT} is taken` : ''}. Ctrl-C ends it.`);
  if (open && !(await openBrowser(listening.url))) console.error('layertap: no browser could be opened from here');
  await ended;
  await listening.close();
}

/**
 * A directory that is not there yet is waited for, since a viewer may be started before the training. If there is no
 * place for it either, its name is a slip.
 */
async function checkDirectory(directory: string): Promise<void> {
  const found = await kindOf(directory);
  if (found === 'directory') return;
  if (found !== 'ENOENT') throw new CommandError(`${directory} is no directory that can be read (${found})`);
  const parent = dirname(resolve(directory));
  if ((await kindOf(parent)) !== 'directory') {
    throw new CommandError(`there is no directory ${directory}, and no ${parent} for it either`);
  }
  console.error(`layertap: there is no ${directory} yet; it is waited for`);
}

/** Resolves at the first signal that asks the program to end. The next one ends it as if nobody listened. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const done = () => {
      for (const name of signals) process.off(name, done);
      resolve();
    };
    for (const name of signals) process.on(name, done);
  });
}
