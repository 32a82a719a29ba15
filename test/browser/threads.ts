import { Linear, manualSeed, rand, setNumThreads } from 'layertap';

/** What threads do here, and whether they change a bit of a product that is large enough to be shared. */
export async function threads(): Promise<{ count: number; same: boolean }> {
  manualSeed(1);
  const layer = new Linear(1024, 1024);
  const x = rand(128, 1024);
  const alone = layer(x).data;
  const count = await setNumThreads(2);
  const together = layer(x).data;
  return { count, same: alone.every((value, i) => Object.is(value, together[i])) };
}
