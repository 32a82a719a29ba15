// The networks that a block calls, for the viewer under it.
import { type Hookable, registerModuleForwardHook, registerModuleForwardPreHook, select } from 'layertap';
import { liveSource } from 'layertap/viewer';

/** Sends the outputs of the innermost layers of each network, from its first call on. */
export function showNetworks(send: (message: object) => void): void {
  const seen = new WeakSet<Hookable>();
  let networks = 0;
  let depth = 0;
  registerModuleForwardPreHook((module) => {
    if (depth++ > 0 || seen.has(module)) return;
    seen.add(module);
    const isLeaf = (_path: string, layer: Hookable) => layer.namedChildren().next().done === true;
    if (isLeaf('', module)) return;
    // Connected at once, since a block may call its network a single time and end.
    liveSource(select(module, isLeaf), { run: `network ${++networks}` }).connect({
      points: (points) => send({ points }),
      progress() {},
      warning: (text) => send({ lines: [{ text, level: 'warn' }] }),
    });
  });
  registerModuleForwardHook(() => void depth--, { alwaysCall: true });
}
