// Scripts of dist/browser as functions, for pages that load classic scripts only: on a disk Chromium loads no modules.
//
// The drawing is in the package once, as parts: classic scripts that layertap.global.js loads beside itself. Each part puts a function
// into globalThis, which takes what the module imports and returns what it exports. The module of that name
// imports its part and calls the function. The key of a function is a hash of its text: short names of exports differ between
// builds of one version, and a page may get a part of an earlier build from a cache.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { transform } from 'esbuild';

const GLOBAL = 'browser/layertap.global.js';
/** Loads a module that is imported dynamically. */
const LOAD = '$load';
const PARTS = 'globalThis[Symbol.for("layertap.parts")]';

/** @param version of the package */
export const parts = (version) => ({
  name: 'parts',
  async generateBundle(_options, bundle) {
    const inside = new Set();
    const addInside = (file) => {
      bundle[file].imports.forEach(addInside);
      inside.add(file);
    };
    addInside(GLOBAL);
    const outside = new Set();
    const addOutside = (file) => {
      if (inside.has(file) || outside.has(file)) return;
      outside.add(file);
      for (const other of [...bundle[file].imports, ...bundle[file].dynamicImports]) addOutside(other);
    };
    for (const file of inside) bundle[file].dynamicImports.forEach(addOutside);

    const made = (file) => functionOf(file, bundle[file].code, this.parse);
    const needs = [];
    for (const file of outside) {
      const one = made(file);
      if (one.passesOn) throw new Error(`${file} cannot be a part: it passes on all that another module exports`);
      const part = file.replace(/js$/, 'part.js');
      const hash = createHash('sha256').update(one.make).digest('hex').slice(0, 12);
      const place = `["${hash}"]`;
      needs.push(`${nameOf(file)}:["${hash}",[${one.needs}]]`);
      const source = `${one.banner}"use strict";(${PARTS}??={})${place}=${one.make};\n`;
      this.emitFile({ type: 'asset', fileName: part, source });
      bundle[file].code = moduleOf(one, part, PARTS + place);
    }
    const modules = [...inside].map((file) => {
      const { needs: own, make } = made(file);
      return `[${nameOf(file)},[${own}],${make}]`;
    });
    const { code: frame } = await transform(readFileSync(new URL('../browser/framed.js', import.meta.url), 'utf8'), {
      minify: true,
      target: 'es2022',
    });
    const banners = [...inside].map((file) => made(file).banner);
    const framed = `framed([${modules.join(',\n')}],{${needs}},${JSON.stringify(version)})`;
    bundle[GLOBAL].code = `${banners.join('')}var layertap=(()=>{"use strict";\n${frame}return ${framed}})();\n`;
  },
});

const nameOf = (file) => JSON.stringify(`./${basename(file)}`);

/** The module that imports a part, and calls its function, which is at `place`. Bundlers see what it imports dynamically. */
function moduleOf({ imports, params, dynamic, names, exports }, part, place) {
  const loads = dynamic.map((name) => `${name}:()=>import(${name})`);
  const given = dynamic.length === 0 ? params : [...params, `name=>({${loads}})[name]()`];
  const file = basename(part);
  const message = `layertap: ${file} is of another build than ${file.replace('part.js', 'js')}`;
  return [
    ...imports,
    `import"./${file}";`,
    `if(!${place})throw Error(${JSON.stringify(message)});`,
    `const{${names}}=${place}(${given});`,
    `export{${exports}};\n`,
  ].join('\n');
}

/**
 * A module as a function.
 * @returns `make`, its text: it gets the modules `needs` and {@link LOAD}, and returns the exports; `params`, these modules, with the
 * names that `imports` have; `passesOn`, whether some exports are all those of another module
 * @throws Error for what minify.mjs does not write
 */
function functionOf(file, code, parse) {
  const fail = (what) => {
    throw new Error(`${file} cannot be a function: ${what}`);
  };
  if (code.includes(LOAD)) fail(`it contains ${LOAD}`);
  const { body } = parse(code);
  const text = ({ start, end }) => code.slice(start, end);
  const needs = [];
  const params = [];
  const imports = [];
  const exported = [];
  const passedOn = [];
  const dynamic = new Set();
  /** A statement whose dynamic imports call {@link LOAD}. */
  const inner = (statement) => {
    let [done, at] = ['', statement.start];
    for (const { source, start } of importsIn(statement).sort((a, b) => a.start - b.start)) {
      if (source?.type !== 'Literal') fail('what it imports must be a string');
      dynamic.add(source.raw);
      done += code.slice(at, start) + LOAD;
      at = start + 'import'.length;
    }
    return done + code.slice(at, statement.end);
  };
  const lines = [];
  for (const statement of body) {
    const { type, source, specifiers } = statement;
    if (type === 'ImportDeclaration') {
      if (specifiers.some((one) => one.type !== 'ImportSpecifier')) fail(text(statement));
      imports.push(text(statement));
      needs.push(text(source));
      params.push(`{${specifiers.map(({ imported, local }) => pair(imported.name, local.name))}}`);
    } else if (type === 'ExportNamedDeclaration') {
      if (statement.declaration) fail(text(statement));
      const names = specifiers.map(({ local, exported }) => [local.name, exported.name]);
      if (source) {
        // Names of its own, which nothing inside can hide.
        const own = names.map(([name], i) => [name, `$${needs.length}_${i}`]);
        needs.push(text(source));
        params.push(`{${own.map(([name, local]) => `${name}:${local}`)}}`);
        exported.push(...own.map(([, local], i) => [local, names[i][1]]));
      } else exported.push(...names);
    } else if (type === 'ExportAllDeclaration' && !statement.exported) {
      passedOn.push(`...$${needs.length}`);
      params.push(`$${needs.length}`);
      needs.push(text(source));
    } else if (type.startsWith('Export')) fail(text(statement));
    else lines.push(inner(statement));
  }
  const names = exported.map(([local, name]) => pair(name, local));
  return {
    passesOn: passedOn.length > 0,
    banner: /^\/\*!.*\*\/\n/.exec(code)?.[0] ?? '',
    needs,
    make: `(function(${[...params, LOAD]}){${lines.join('\n')}\nreturn{${[...passedOn, ...names]}}})`,
    imports,
    params,
    names,
    dynamic: [...dynamic],
    exports: exported.map(([local, name]) => (local === name ? name : `${local} as ${name}`)),
  };
}

const pair = (key, value) => (key === value ? key : `${key}:${value}`);

function importsIn(node) {
  if (node === null || typeof node !== 'object') return [];
  const inside = Object.values(node).flatMap(importsIn);
  const isImport = node.type === 'ImportExpression' || (node.type === 'MetaProperty' && node.meta.name === 'import');
  return isImport ? [node, ...inside] : inside;
}
