// A folder for one platform, below the folder in which the tools and layertap are installed.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const programs = fileURLToPath(new URL('programs/', import.meta.url));

/** Milliseconds that one command may take. */
const LONGEST = 120_000;

export class Project {
  /** @param tools the folder whose node_modules has the tools and layertap */
  constructor(tools, name, files = {}) {
    this.tools = tools;
    this.folder = join(tools, 'projects', name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    for (const program of readdirSync(programs)) cpSync(join(programs, program), join(this.folder, program));
    this.write({ 'package.json': '{ "private": true, "type": "module" }', ...files });
  }

  write(files) {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** The path of an installed tool's file. */
  tool(path) {
    return join(this.tools, 'node_modules', path);
  }

  /** Runs an installed command, by Node. @returns what it printed */
  async run(command, inputs, env = {}) {
    return this.exec(process.execPath, [this.#script(command), ...inputs], env);
  }

  /** @throws an error with all that the program printed, if it fails */
  exec(program, inputs, env = {}) {
    const options = {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', CI: 'true', ...env },
      timeout: LONGEST,
      maxBuffer: 1 << 26,
    };
    return new Promise((resolve, reject) => {
      const child = execFile(program, inputs, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout.trim());
        else
          reject(
            new Error(
              `${[program, ...inputs].join(' ')}: ${error.killed ? `no end after ${LONGEST} ms\n` : ''}${stdout}${stderr}`,
            ),
          );
      });
      child.stdin.end();
    });
  }

  /** The version of an installed package. */
  version(name) {
    return JSON.parse(readFileSync(this.tool(`${name}/package.json`), 'utf8')).version;
  }

  #script(command) {
    const [name, bin = name] = command.split('#');
    const manifest = JSON.parse(readFileSync(this.tool(`${name}/package.json`), 'utf8'));
    const path = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[bin];
    return this.tool(join(name, path));
  }
}

export const isInstalled = (tools, name) => existsSync(join(tools, 'node_modules', name));
