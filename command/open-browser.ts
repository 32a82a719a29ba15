import { spawn } from 'node:child_process';

/** Programs that open a URL. No shell is involved, which would interpret it. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a URL in the user's browser. @returns whether that was possible */
export function openBrowser(url: string): Promise<boolean> {
  const [program, ...inputs] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...inputs, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      // It may run as long as the browser.
      child.unref();
      resolve(true);
    });
  });
}
