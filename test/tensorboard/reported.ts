import { setReporter } from '../../src/index.ts';

/** Runs, and gives what was reported meanwhile. */
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
