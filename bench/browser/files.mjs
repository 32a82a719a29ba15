/** The URLs of the rivals' .wasm files, as run.mjs serves them. */
export const FILES = { tfjs: '/tfjs/', onnxruntime: '/onnxruntime/', litert: '/litert/' };

/** What `importScripts` does in a classic worker. The `ModuleFactory` of the script becomes global. */
export function runScript(url) {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.send();
  new Function(`${request.responseText}\nglobalThis.ModuleFactory = ModuleFactory;`)();
}
