// A frame without an origin, and under a policy that lets it reach no network, in which a block runs: in a worker of the
// frame, or in the frame itself if it needs a document.

/** A block that gives no sign of life for this many ms is ended: it never yields. */
const SILENCE = 10_000;

/** Messages from a block to the page's window, which listens to none. */
const MOST_MESSAGES = 10_000;

const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src blob: data:',
  'connect-src blob: data:',
].join('; ');

/**
 * In the worker or the frame: loads the library, which runs the block. Serialized, so it refers to nothing outside of itself.
 * A classic script that imports: Chromium starts no module worker in a frame without an origin.
 */
async function start({ library, sandboxed }, port) {
  const { run } = await import(URL.createObjectURL(new Blob([library], { type: 'text/javascript' })));
  await run(sandboxed, port);
}

/** In the frame. Serialized too. */
function begin(start) {
  addEventListener(
    'message',
    ({ data, ports: [port] }) => {
      if (!data.sandboxed.hasDocument) {
        const program = `const start = ${start};\nonmessage = ({ data, ports: [port] }) => start(data, port);`;
        const worker = new Worker(URL.createObjectURL(new Blob([program], { type: 'text/javascript' })));
        worker.postMessage(data, [port]);
        return;
      }
      for (const id of data.ids) document.body.append(Object.assign(document.createElement('div'), { id }));
      new ResizeObserver(() => port.postMessage({ height: document.body.scrollHeight })).observe(document.body);
      start(data, port);
    },
    { once: true },
  );
}

const FRAME = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<style>:root { color-scheme: light dark } body { margin: 0; font: 14px system-ui, sans-serif }</style>
<body><script>(${begin})(${start})</script>`;

/** The files of /runtime/sandbox, each loaded once, and their names. */
const texts = new Map();
const once = (url, read) => {
  if (!texts.has(url)) {
    const loaded = fetch(url).then((response) => {
      if (!response.ok) throw new Error(`${url} could not be loaded`);
      return read(response);
    });
    // Asked again after a failure.
    loaded.catch(() => texts.delete(url));
    texts.set(url, loaded);
  }
  return texts.get(url);
};
export const libraryOf = (folder) => once(`${folder}library.js`, (response) => response.text());
const namesOf = (folder) => once(`${folder}files.json`, async (response) => new Set(await response.json()));

/**
 * Runs a block.
 * @param {{ script: string, hasDocument: boolean, ids: string[] }} compiled
 * @param {string} folder the address of /runtime/sandbox/
 * @param {HTMLElement} place gets the frame
 * @param listener gets `{ lines }`, `{ points }` for the viewer, `{ isDone, hasFailed }` and `{ ended: reason }`
 * @returns ends the block
 */
export async function runInSandbox({ ids, ...sandboxed }, folder, place, listener) {
  const library = await libraryOf(folder);
  const { port1: port, port2 } = new MessageChannel();
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.title = 'What the block shows';
  frame.hidden = !sandboxed.hasDocument;
  frame.srcdoc = FRAME;

  let isOver = false;
  const close = () => {
    isOver = true;
    clearInterval(watch);
    removeEventListener('message', count);
    port.close();
    frame.remove();
  };
  const end = (reason) => {
    if (isOver) return;
    close();
    listener({ ended: reason });
  };
  const endSilent = () => end(`Ended: it did not yield for ${SILENCE / 1000} seconds.`);
  // The first sign of life may take 30 s. Two looks in a row: after a pause of the whole page, messages that have waited come before the second.
  let looks = -4;
  const watch = setInterval(() => {
    if (++looks === 2) endSilent();
  }, SILENCE / 2);
  let messages = 0;
  const count = ({ source }) => {
    if (source === frame.contentWindow && ++messages > MOST_MESSAGES) end('Ended: it flooded the page with messages.');
  };
  addEventListener('message', count);

  port.onmessage = async ({ data }) => {
    looks = 0;
    if (data.lines !== undefined || data.points !== undefined || data.reading !== undefined) listener(data);
    if (data.tooMany !== undefined) end(`Ended: it printed more than ${data.tooMany.toLocaleString('en')} lines.`);
    if (data.isStuck) endSilent();
    if (data.height !== undefined) frame.style.height = `${data.height}px`;
    if (data.file !== undefined) {
      const names = await namesOf(folder);
      const bytes = names.has(data.file)
        ? await once(folder + data.file, (response) => response.arrayBuffer())
        : undefined;
      port.postMessage({ file: data.file, bytes });
    }
    if (data.isDone) {
      // A worker has nothing more to say; a frame is what the block shows.
      if (!sandboxed.hasDocument) close();
      listener(data);
    }
  };
  let loads = 0;
  frame.addEventListener('load', () => {
    if (++loads > 1) end('Ended: it left its page.');
    else frame.contentWindow.postMessage({ library, sandboxed, ids }, '*', [port2]);
  });
  place.append(frame);
  return () => end('Ended.');
}
