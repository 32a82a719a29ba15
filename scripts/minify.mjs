// Makes the files of dist/ small: those for pages as small as they get, the others as long as stack traces stay readable.
import { minify } from '@swc/core';
import { transform } from 'esbuild';
import { placeOf, programOf } from './chunks.mjs';
import { noticesOf, packagesOf } from './notices.mjs';

/** What a program must not have twice: `setReporter`, global hooks, the copies of layertap, kernels. */
const STATE = /\/src\/(?!check\/(?!copies\.)|kernels\/histogram-edges\.)/;

export const banner = ({ modules }) => noticesOf(packagesOf(modules));

/** Whether a chunk is for pages, where size matters more than readable code. */
export const isForPages = ({ fileName }) => fileName.startsWith('browser/');

/** The longest line of the library, unless a single statement is longer: for debuggers and stack traces. */
const LINE = 120;

/**
 * Without comments, indentation and the names of local variables. The names of functions, classes, methods and top-level
 * variables stay, which stack traces, profiles and messages show.
 */
async function compact(code, parse) {
  // With `format: 'esm'` esbuild would import what `export … from` passes on, and Rollup would then keep all that an entry runs.
  const { code: simple } = await transform(code, {
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'inline',
    target: 'es2022',
  });
  const { code: small } = await minify(simple, {
    module: true,
    ecma: 2022,
    compress: false,
    mangle: { toplevel: false, keep_classnames: true, keep_fnames: true, keep_private_props: true },
    format: { comments: 'some', preserve_annotations: true },
  });
  return inLines(small, startsOf(parse(small)));
}

/** Where statements and members of classes start: a line may begin there. */
function startsOf(node) {
  if (node === null || typeof node !== 'object') return [];
  const inside = Object.values(node).flatMap(startsOf);
  return /Statement$|Declaration$|Definition$/.test(node.type) ? [node.start, ...inside] : inside;
}

function inLines(code, starts) {
  const lines = [];
  let begin = 0;
  let end = 0;
  for (const start of [...starts.sort((a, b) => a - b), code.length]) {
    if (start - begin > LINE && end > begin) {
      lines.push(code.slice(begin, end).trimEnd());
      begin = end;
    }
    end = start;
  }
  return [...lines, code.slice(begin)].join('\n');
}

/** All that hooks.js exports is in layertap.js too. By name it would be imported and exported, which takes 0.45 KB, gzipped. */
const HOOKS_BY_NAME = /^export \{ \w+(?:, \w+)+ \} from '\.\/hooks\.js';$/m;

/**
 * Minified: its imports first, a line each, and its exports last, for parts.mjs and for `layertap report`, which makes one script of
 * several (command/page.ts).
 */
export const minified = {
  name: 'minified',
  async renderChunk(code, chunk) {
    if (!isForPages(chunk)) return { code: await compact(code, this.parse), map: null };
    const drawing = Object.keys(chunk.modules).filter((id) => programOf(id) === 'drawing' && chunk.modules[id].code);
    const state = drawing.find((id) => STATE.test(placeOf(id)));
    if (state !== undefined) throw new Error(`a program would have two of ${state}: the drawing imports it`);
    const whole = code.replace(HOOKS_BY_NAME, "export * from './hooks.js';");
    refuseVariables(this.parse(code), chunk.fileName);
    const { code: small } = await transform(whole, {
      minify: true,
      target: 'es2022',
      legalComments: 'none',
      format: 'esm',
    });
    // One after the other they take off 5 % more than either.
    const { code: smaller } = await minify(small, {
      module: true,
      ecma: 2022,
      compress: { ecma: 2022, passes: 3 },
      mangle: true,
      // A classic script is read in the encoding of its page, which may not be UTF-8.
      format: { comments: false, ascii_only: true },
    });
    // Inside the page of a report these would begin and end elements. In strings and regular expressions they mean the same.
    const safe = smaller.replaceAll('<!--', '<\\x21--').replace(/<\/(?=script)/gi, '<\\/');
    const lines = [banner(chunk), ...importsFirst(safe, this.parse(safe).body)].filter((line) => line !== '');
    return { code: `${lines.join('\n')}\n`, map: null };
  },
};

/**
 * The order in which a module imports, exports and does other things is free. Binaries in text come after the code: gzip
 * looks back 32 KB, and found nothing of use in them (0.6 KB of layertap.js).
 */
function importsFirst(code, statements) {
  const textOf = (wanted) => statements.filter(wanted).map(({ start, end }) => code.slice(start, end));
  const isImport = ({ type }) => type === 'ImportDeclaration';
  const isExport = ({ type }) => type.startsWith('Export');
  const isBinary = ({ type, start, end }) =>
    type === 'VariableDeclaration' && /"[^"]{5000,}"|'[^']{5000,}'/.test(code.slice(start, end));
  const others = textOf((one) => !isImport(one) && !isExport(one) && !isBinary(one)).join('\n');
  return [...textOf(isImport), others, ...textOf(isBinary), ...textOf(isExport)];
}

/** Classic scripts and reports import the first value of an export, so none may be a variable. */
function refuseVariables({ body }, fileName) {
  const names = (type, kind) => body.filter((one) => one.type === type && one.kind === kind);
  const exported = names('ExportNamedDeclaration').flatMap(({ specifiers }) =>
    specifiers.map(({ local }) => local.name),
  );
  const variables = names('VariableDeclaration', 'let').flatMap(({ declarations }) =>
    declarations.map(({ id }) => id.name),
  );
  const both = exported.filter((name) => variables.includes(name));
  if (both.length > 0) throw new Error(`${fileName} exports variables: ${both.join(', ')}`);
}
