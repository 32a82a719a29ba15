import { describeError } from '../../src/check/index.ts';
import type { DataSource } from './data-source.ts';

/** Sources as one: each gives what it has. */
export function severalSources(name: string, sources: readonly DataSource[]): DataSource {
  return {
    name,
    connect(listener) {
      const stops = sources.map((source) => source.connect(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** A source whose code is loaded after the page has begun to show others. */
export function laterSource(name: string, load: () => Promise<DataSource>): DataSource {
  return {
    name,
    connect(listener) {
      let stop: (() => void) | undefined;
      let stopped = false;
      load().then(
        (source) => {
          if (!stopped) stop = source.connect(listener);
        },
        (error) => listener.warning(`A part of the page could not be loaded: ${describeError(error)}`),
      );
      return () => {
        stopped = true;
        stop?.();
      };
    },
  };
}
