import { setReporter } from '../../src/index.ts';

/** The messages that are reported during `run`. */
export async function reported(run: () => unknown): Promise<string[]> {
  const said: string[] = [];
  setReporter((error) => said.push(error.message));
  try {
    await run();
  } finally {
    setReporter();
  }
  return said;
}
