// The files that blocks read: in the tests they lie in the working directory, here the page has them.

export interface Files {
  /** @returns undefined if there is no such file */
  read(name: string): Promise<ArrayBuffer | undefined>;
  /** @throws Error if there is no such file */
  readOrFail(name: string): Promise<ArrayBuffer>;
  /** In place of the browser's: relative addresses are those files, and others are left to the browser, which refuses them. */
  fetch: typeof fetch;
}

/** Files that the page sends when it is asked for them. */
export function filesOf(port: MessagePort): Files {
  const waiting = new Map<string, PromiseWithResolver>();
  port.addEventListener('message', ({ data: { file, bytes } }) => {
    waiting.get(file)?.resolve(bytes);
    waiting.delete(file);
  });
  port.start();
  const read = (name: string) => {
    const known = waiting.get(name) ?? withResolver();
    waiting.set(name, known);
    port.postMessage({ file: name });
    return known.promise;
  };
  const browsers = globalThis.fetch;
  return {
    read,
    async readOrFail(name) {
      const bytes = await read(name);
      if (bytes === undefined) throw new Error(`${name} could not be loaded`);
      return bytes;
    },
    async fetch(request, init) {
      const address = request instanceof Request ? request.url : String(request);
      if (/^[a-z][a-z0-9+.-]+:/i.test(address)) return browsers(request, init);
      const bytes = await read(decodeURI(address).replace(/^\.?\/+/, ''));
      return bytes === undefined ? new Response(null, { status: 404, statusText: 'Not Found' }) : new Response(bytes);
    },
  };
}

interface PromiseWithResolver {
  readonly promise: Promise<ArrayBuffer | undefined>;
  resolve(bytes: ArrayBuffer | undefined): void;
}

function withResolver(): PromiseWithResolver {
  let resolve!: PromiseWithResolver['resolve'];
  const promise = new Promise<ArrayBuffer | undefined>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
