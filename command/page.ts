/** @file The HTML of the server's page and of reports, and the files beside it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Asset } from './server/requests.ts';

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='%230170ae'%3E%3Cpath d='M1 5q4 0 7-4 3 4 7 4zM1 10q4 0 7-4 3 4 7 4zM1 15q4 0 7-4 3 4 7 4z'/%3E%3C/svg%3E";

/** @param name of the log directory */
const pageHtml = (name: string, scripts: string, policy = ''): string => `<!doctype html>
<html lang="en">
${policy}<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<title>${escapeHtml(name)} · layertap</title>
<body>
<noscript>The viewer needs JavaScript.</noscript>
<div id="viewer" data-name="${escapeHtml(name)}"></div>
${scripts}
`;

/**
 * A page that contains its data. Its policy allows this one script and no requests.
 * @param data in base64
 * @throws Error if the script contains the end of its element
 */
export function reportHtml(name: string, script: string, data: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('the script of a report must not contain </script or <!--');
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; img-src blob: data:; base-uri 'none'; form-action 'none'`;
  return pageHtml(
    name,
    `<script type="text/plain" id="data">${data}</script>\n<script type="module">${script}</script>`,
    `<meta http-equiv="content-security-policy" content="${policy}">\n`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);

/** Where the scripts are, which are built beside this program. */
const FOLDER = new URL('./browser/', import.meta.url);

const pageFile = (name: string): Promise<Buffer> => readFile(fileURLToPath(new URL(name, FOLDER)));

/** Scripts and all that they import, by name. @param without names of scripts that are left out */
async function scriptsOf(entries: readonly string[], without: readonly string[] = []): Promise<Map<string, string>> {
  const scripts = new Map<string, string>();
  const add = async (name: string) => {
    const text = String(await pageFile(name));
    scripts.set(name, text);
    for (const [, imported] of text.matchAll(/"\.\/([\w.-]+\.js)"/g)) {
      if (!scripts.has(imported!) && !without.includes(imported!)) await add(imported!);
    }
  };
  for (const entry of entries) await add(entry);
  return scripts;
}

/** What the server serves besides the logs, by path. @param name of the log directory */
export async function pageFiles(name: string): Promise<ReadonlyMap<string, Asset>> {
  const text = (kind: string, bytes: Buffer): Asset => ({ type: `text/${kind}; charset=utf-8`, bytes });
  const files = new Map([
    ['/', text('html', Buffer.from(pageHtml(name, '<script type="module" src="page.js"></script>')))],
    ['/licences.txt', text('plain', await pageFile('licences.txt'))],
  ]);
  for (const [script, code] of await scriptsOf(['page.js', 'reader.js'])) {
    files.set(`/${script}`, text('javascript', Buffer.from(code)));
  }
  return files;
}

/**
 * The script of a report: all that it imports in one, since a page that is a file can load no modules. Each script becomes a
 * function that gives its exports. Single outputs are read from a server, so a report shows none.
 */
export async function reportScript(): Promise<string> {
  const scripts = [...(await scriptsOf(['report.js'], ['activation-card.js']))];
  const parts = scripts.map(([name, code]) => `${JSON.stringify(`./${name}`)}:async()=>{${asFunction(name, code)}}`);
  return `const loaded={},load=(name)=>loaded[name]??=scripts[name](),scripts={${parts.join(',\n')}};await load("./report.js");`;
}

const AS_BUILT =
  /^(?:\/\*!.*\*\/\n)?(?<head>(?:import(?:\{[^}]*\}from)?"[^"]*";\n)*)(?<body>.*?)(?:\nexport\{(?<names>[^}]*)\};)?\n$/s;

/** @throws Error for a script that rollup.config.mjs has not written: its imports first, its exports last */
function asFunction(name: string, code: string): string {
  const { head, body, names } = AS_BUILT.exec(code)?.groups ?? {};
  if (head === undefined || body === undefined || /^(import|export)\b/m.test(body)) {
    throw new Error(`dist/browser/${name} is not as it was built`);
  }
  const renamed = (list: string) => list.replace(/([\w$]+) as ([\w$]+)/g, '$1:$2');
  const imports = head.replace(
    /import(?:\{([^}]*)\}from)?("[^"]*");/g,
    (_, list = '', from) => `const{${renamed(list)}}=await load(${from});`,
  );
  const exported = (names ?? '').replace(/([\w$]+) as ([\w$]+)/g, '$2:$1');
  return `${imports}${body.replaceAll('import("./', 'load("./')}\nreturn{${exported}}`;
}
