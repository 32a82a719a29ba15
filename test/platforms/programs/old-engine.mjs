// In engines that lack something, such as React Native's or a browser of 2022: importing every entry must not throw, the network
// runs, and a function that needs what is lacking says so in one sentence.
//   old-engine.mjs react-native|2022 ENTRY...
const [kind, ...entries] = process.argv.slice(2);

const OF_2023 = ['toSorted', 'toReversed', 'toSpliced', 'with'];
const LACKING = {
  'react-native': [
    [globalThis, ['TextDecoder', 'TextEncoder', 'WebAssembly', 'WeakRef', 'FinalizationRegistry', 'structuredClone']],
  ],
  2022: [
    [Array.prototype, OF_2023],
    [Object.getPrototypeOf(Uint8Array.prototype), OF_2023],
    [Array, ['fromAsync']],
    [Object, ['groupBy']],
    [Map, ['groupBy']],
    [Promise, ['withResolvers', 'try']],
    [Set.prototype, ['union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf']],
    [AbortSignal, ['any']],
    [
      Object.getPrototypeOf(Object.getPrototypeOf([].values())),
      ['map', 'filter', 'take', 'drop', 'flatMap', 'toArray', 'some', 'find'],
    ],
  ],
};

for (const [owner, names] of LACKING[kind]) for (const name of names) delete owner[name];
for (const entry of entries) await import(entry);
const { check } = await import('./check.js');
const kernels = check();
if (kind === '2022') await (await import('./entries.js')).tryEntries();
else await checkSentences();
console.log(kernels);

async function checkSentences() {
  const { Linear } = await import('layertap');
  const { readSafetensors, writeSafetensors } = await import('layertap/safetensors');
  for (const [lacked, use] of [
    ['TextDecoder', () => readSafetensors(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 123, 125))],
    ['TextEncoder', () => writeSafetensors(new Linear(1, 1).stateDict())],
  ]) {
    let message = 'nothing was thrown';
    try {
      use();
    } catch (error) {
      message = error.message;
    }
    if (message.includes('\n') || !message.startsWith('layertap: ') || !message.includes(`needs a ${lacked}`))
      throw new Error(`without ${lacked}: expected one sentence that names it, got ${message}`);
  }
}
