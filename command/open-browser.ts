import { spawn } from 'node:child_process';

/** What opens a URL, without a shell that would read it. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a URL in the user's browser. @returns false where this system has no way to */
export function openBrowser(url: string): Promise<boolean> {
  const [program, ...inputs] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...inputs, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      // It may go on for as long as the browser does.
      child.unref();
      resolve(true);
    });
  });
}
