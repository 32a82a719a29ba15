import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import type { CommandOf } from './arguments.ts';
import { pageFiles } from './page.ts';
import { CommandError, kindOf, notADirectory } from './paths.ts';
import { hostCheck, isLoopback } from './server/host-names.ts';
import { DEFAULT_PORT, listen } from './server/listen.ts';
import { isSafetensors, ServedRecordings } from './server/recordings.ts';
import { handle } from './server/requests.ts';
import { ServedLogs } from './server/served-logs.ts';

/**
 * Serves the viewer until a signal.
 * @throws CommandError if there can be no such directory, or the port is taken
 */
export async function view({ directory, port, host, open, followLinks, json }: CommandOf<'view'>): Promise<void> {
  const isRecording = isSafetensors(directory) && (await kindOf(directory)) === 'a file';
  if (!isRecording) await checkDirectory(directory);
  const logs = new ServedLogs(directory, { followLinks, isEmpty: isRecording });
  const recordings = new ServedRecordings(directory);
  if (isRecording && (await recordings.list()).length === 0) {
    throw new CommandError(`${directory} is no recording of layertap: it has no calls in its metadata`);
  }
  const site = { logs, recordings, assets: await pageFiles(logs.name), answersTo: hostCheck(host) };
  const listening = await listen((request, response) => void handle(site, request, response), { host, port });
  // Before the address is printed: its reader may send a signal immediately.
  const ended = signal();
  if (host !== undefined && !isLoopback(host)) {
    console.error(`layertap: anyone who can reach ${listening.url} can read these logs; there is no password`);
  }
  const taken = port === undefined && listening.port !== DEFAULT_PORT;
  const { url } = listening;
  if (json) console.log(JSON.stringify({ url, directory, port: Number(new URL(url).port) }));
  else console.log(`${url} shows ${directory}${taken ? `; port ${DEFAULT_PORT} is taken` : ''}. Ctrl-C ends it.`);
  if (open && !(await openBrowser(listening.url))) console.error('layertap: no browser could be opened');
  await ended;
  await listening.close();
}

/** The directory may be created later, by a training that starts after the viewer; its parent must exist. */
async function checkDirectory(directory: string): Promise<void> {
  const found = await kindOf(directory);
  if (found === 'directory') return;
  if (found !== 'ENOENT') throw notADirectory(directory, found);
  const parent = dirname(resolve(directory));
  if ((await kindOf(parent)) !== 'directory') {
    throw new CommandError(`neither the directory ${directory} nor its parent ${parent} exists`);
  }
  console.error(`layertap: waiting for ${directory}, which does not exist yet`);
}

/** Resolves at the first signal. The next one ends the program. */
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

/** Programs that open a URL. No shell is involved, which would interpret it. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a URL in the user's browser. @returns whether that was possible */
function openBrowser(url: string): Promise<boolean> {
  const [program, ...inputs] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...inputs, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      // The program may run as long as the browser.
      child.unref();
      resolve(true);
    });
  });
}
