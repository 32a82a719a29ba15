// The built command, for tests of its page.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const COMMAND = fileURLToPath(new URL('../../dist/command.js', import.meta.url));

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill();
});

/** Starts `layertap view`. It ends with this process at the latest. */
export function startView(directory, ...options) {
  const child = spawn(process.execPath, [
    COMMAND,
    'view',
    directory,
    ...(options.length > 0 ? options : ['--port', '0']),
  ]);
  running.add(child);
  const ended = new Promise((resolve) => child.on('close', resolve));
  return new Promise((resolve, reject) => {
    let [out, err] = ['', ''];
    child.stderr.on('data', (bytes) => {
      err += bytes;
    });
    child.stdout.on('data', (bytes) => {
      out += bytes;
      const url = /http:\/\/\S+/.exec(out)?.[0];
      if (url === undefined) return;
      resolve({
        url,
        pid: child.pid,
        async stop() {
          child.kill('SIGINT');
          return await ended;
        },
      });
    });
    child.on('close', (code) => reject(new Error(`layertap view ended with ${code}: ${err}`)));
  });
}
