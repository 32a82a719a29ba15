/** @file In layertap.global.js, instead of shell.tsx: its scripts are loaded when the first viewer is mounted. */
import { report } from '../../src/adapter.ts';
import type { Progress } from '../sources/data-source.ts';
import type { openShell as open, Shell } from './shell.tsx';

/** Like the other `openShell`, which gets what happened before it came. */
export const openShell: typeof open = (shadow, ...others) => {
  let shell: Shell | undefined;
  let isDestroyed = false;
  let latest: Progress | undefined;
  const warnings: string[] = [];
  async function load() {
    try {
      const { openShell } = await import('./shell.tsx');
      if (isDestroyed) return;
      shell = openShell(shadow, ...others);
      if (latest !== undefined) shell.progress(latest);
      for (const message of warnings) shell.warn(message);
    } catch (error) {
      report(error as Error);
      if (!isDestroyed) shadow.replaceChildren('The viewer could not be loaded.');
    }
  }
  void load();
  return {
    activity: {
      get isActive() {
        return shell?.activity.isActive ?? false;
      },
    },
    progress(now) {
      latest = now;
      shell?.progress(now);
    },
    warn(message) {
      if (shell === undefined) warnings.push(message);
      else shell.warn(message);
    },
    destroy() {
      isDestroyed = true;
      shell?.destroy();
      shadow.replaceChildren();
    },
  };
};
