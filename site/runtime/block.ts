// Runs one block of code inside its sandbox, a worker or a frame that can reach nothing but the page's port: console, errors,
// and what the block's networks put out are sent there, and the files that the block reads come from there.
import { cast } from './cast.ts';
import { catchConsole, print } from './console.ts';
import { loadDigits } from './digits.ts';
import { filesOf } from './files.ts';
import { loadFrameworks, requireFrom } from './modules.ts';
import { showNetworks } from './networks.ts';
import { countTimers } from './timers.ts';

/** Milliseconds between two signs of life. */
const HEARTBEAT = 1000;

/** Milliseconds. The page waits for ten seconds. */
const LONGEST_LOOP = 9500;

export interface Sandboxed {
  /** A CommonJS module. */
  readonly script: string;
  /** Whether there is a document. */
  readonly hasDocument: boolean;
  /** `net` is the network of the first page; after the block it reads digits, from this step on. */
  readonly digitsFrom?: number;
}

/** Runs a block until it and its timers have ended. */
export async function run({ script, hasDocument, digitsFrom }: Sandboxed, port: MessagePort): Promise<void> {
  const send = (message: object) => port.postMessage(message);
  setInterval(send, HEARTBEAT, {});
  const console = catchConsole(send);
  const onLoop = loopGuard(send);
  // The timers from here on are the block's.
  const timers = countTimers();
  const files = filesOf(port);
  globalThis.fetch = files.fetch;
  // One line in front of the block's first, so that its lines keep their numbers.
  const url = URL.createObjectURL(
    new Blob([`export default async (require, exports, $loop) => {{${script}\n}}`], { type: 'text/javascript' }),
  );
  let hasFailed = false;
  const fail = (error: unknown) => {
    hasFailed = true;
    console.write(`${print(error)}${lineOf(error, url)}`, 'error');
  };
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    fail(event.reason);
  });
  addEventListener('error', (event) => {
    event.preventDefault();
    fail(event.error ?? event.message);
  });
  const refused = new Set<string>();
  addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => {
    if (refused.has(blockedURI)) return;
    refused.add(blockedURI);
    console.write(refusal(blockedURI, violatedDirective), 'error');
  });

  Object.assign(globalThis, cast());
  try {
    const digits = digitsFrom === undefined ? undefined : await loadDigits(files.readOrFail);
    if (digits !== undefined) Object.assign(globalThis, { net: digits.net });
    else if (!hasDocument) showNetworks(send);
    const frameworks = await loadFrameworks(script, files.readOrFail);
    const { default: block } = await import(url);
    await block(requireFrom(frameworks), {}, onLoop);
    digits?.begin(digitsFrom!, send);
  } catch (error) {
    fail(error);
  }
  await timers.ended();
  console.flush();
  send({ isDone: true, hasFailed });
}

/** For the loops of a block in a frame: throws once the block has not yielded for almost as long as the page waits. */
function loopGuard(send: (message: object) => void): () => void {
  let [turn, count] = [performance.now(), 0];
  setInterval(() => {
    turn = performance.now();
  }, HEARTBEAT);
  return () => {
    // A look at the clock takes longer than a short loop.
    if ((++count & 1023) !== 0 || performance.now() - turn < LONGEST_LOOP) return;
    send({ isStuck: true });
    throw new Error('The loop did not yield');
  };
}

function refusal(address: string, directive: string): string {
  if (address === 'eval')
    return 'Not run: eval() and new Function() are off here, as under a strict content security policy.';
  return `Not loaded: ${address || directive}. Blocks reach no network.`;
}

/** Where in the block an error was thrown, if it was there. */
function lineOf(error: unknown, url: string): string {
  const at = error instanceof Error ? error.stack?.split(`${url}:`)[1] : undefined;
  return at === undefined ? '' : ` (line ${Number.parseInt(at, 10)})`;
}
