// Runs a block in a worker of the page: its console, its errors and what its network puts out are sent to the page.
import { type Hookable, registerModuleForwardHook, registerModuleForwardPreHook, select } from 'layertap';
import { liveSource } from 'layertap/viewer';

export { cast } from './cast.ts';

/** Milliseconds between two signs of life. */
const HEARTBEAT = 1000;

const send = (block: object) => self.postMessage({ block });

for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const) {
  console[level] = (...values: unknown[]) => send({ line: values.map(print).join(' '), level });
}

function print(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const hasText = value.toString !== Object.prototype.toString && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (hasText) return String(value);
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name} ${print([...value])}`;
  const items = ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
  return JSON.stringify(items, (_key, item) => (typeof item === 'bigint' ? `${item}n` : item)) ?? String(value);
}

/** Shows the layers of each network that is called, from its first call on. */
function showNetworks(): void {
  const seen = new WeakSet<Hookable>();
  let networks = 0;
  let depth = 0;
  registerModuleForwardPreHook((module) => {
    if (depth++ > 0 || seen.has(module)) return;
    seen.add(module);
    const isTree = [...module.namedModules()].length > 1;
    if (!isTree) return;
    // Connected at once, since a block may call its network a single time and end.
    liveSource(select(module, '**'), { run: `network ${++networks}` }).connect({
      points: (points) => send({ points }),
      progress() {},
      warning: (line) => send({ line, level: 'warn' }),
    });
  });
  registerModuleForwardHook(() => void depth--, { alwaysCall: true });
}

/** Runs a block to its end. */
export async function begin(block: () => Promise<void>): Promise<void> {
  setInterval(() => self.postMessage({}), HEARTBEAT);
  self.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    send({ error: print(event.reason) });
  });
  showNetworks();
  try {
    await block();
  } catch (error) {
    send({ error: print(error) });
  }
  send({ isDone: true });
}
