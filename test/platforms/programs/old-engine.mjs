// In engines such as React Native's: importing must not throw, and the network runs in plain JavaScript.
for (const name of [
  'TextDecoder',
  'TextEncoder',
  'WebAssembly',
  'WeakRef',
  'FinalizationRegistry',
  'structuredClone',
]) {
  delete globalThis[name];
}
const entries = process.argv.slice(2);
for (const entry of entries) await import(entry);
const { check } = await import('./check.js');
console.log(check());
