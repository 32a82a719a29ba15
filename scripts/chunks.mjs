// Which program of dist/ a source file belongs to, and which file of it.
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * A source file can be part of several programs that are never loaded together, or that need different packages. Its id ends
 * with the program:
 *
 *               the library, for bundlers and Node: packages are imported
 *   ?browser    hooks.js, layertap.js and viewer.js for pages without a bundler: packages are built in
 *   ?global     the rest of layertap.global.js, whose scripts of drawing come later
 *   ?page       the pages of the command: as browser, without the library's hooks and kernels
 *   ?drawing    what draws, most of the viewer. All of them import it, so it exists once. It imports nothing of the library that
 *               has a state (STATE)
 */
export const programOf = (id) => /\?(\w+)$/.exec(id)?.[1] ?? '';
export const pathOf = (id) => id.replace(/\?\w+$/, '');
/** Its path in the repository, such as `/viewer/mount.ts`: the repository may be in a folder called viewer or src. */
export const placeOf = (id) => pathOf(id).replace(ROOT, '/');

/** What connects the drawing with hooks, logs and workers. */
const CONNECTIONS =
  /\/viewer\/((index|logs|mount)\.|page\/|sources\/|activation\/(answer-wants|describe-outputs|mount|static-source)\.|data\/histogram-of\.)/;

const isDrawing = (path) => /\/viewer\//.test(path) && !CONNECTIONS.test(path);

/** @param program of the file that imports the one at `path` */
export const programFor = (path, program) =>
  isDrawing(path) ? 'drawing' : program === 'global' && !/\/viewer\//.test(path) ? 'browser' : program;

/**
 * Chunks of their own: bundlers drop unused files, but inside a file they keep what a class does at its definition, and a
 * program without these classes need not have them.
 */
const APART = {
  edits: /\/src\/hooks\/(edits|javascript-edit|apply-edit)\./,
  select: /\/src\/hooks\/(select|glob)\./,
  containers:
    /\/src\/nn\/(clone|execution-plan|fused-segment|identity|inside-tensor|module-array|module-dict|module-list|relu|sequential)\./,
};

/** What is loaded when it is first shown, most of it after the first picture. */
const LATER =
  /\/viewer\/(export|cards\/(image-card|slider-card|text-card)|ui\/(card-menu|help-dialog|run-table|section-tools))\./;

/** What `mountActivation` needs of the drawing. */
const PAINTER = /\/viewer\/cards\/(format-numbers|geometry|painter|palettes)\./;
const SVG = /\/viewer\/cards\/svg-painter\./;

/** Shown where there are scalars, or histograms. */
const SCALARS = /\/viewer\/scalars\//;
const HISTOGRAMS = /\/viewer\/(histograms|overview)\//;

/** What only reading event files needs. */
const READING = /\/viewer\/data\/(from-event|pack-store|scalar-archive|scalar-columns)\./;

/** What the viewer alone needs of the hooks. */
const RECORDING = /\/src\/hooks\/output-recording\./;

/** What only programs need that ask for several threads. */
const THREADS = /\/src\/kernels\/(shared-binary|thread-pool|threads|worker|worker-program)\./;

/** What a viewer holds. Workers and `mountActivation` need none of it. */
const STORE =
  /\/viewer\/(data\/(byte-pool|histogram-column|histogram-series|point-list|quantiles|scalar-series|store|unpack-store)|on-change|state\/view-state)\.|\/signals-core\//;

/** What workers and `mountActivation` need of the drawing. */
const DATA =
  /\/viewer\/(activation\/(activation|activations|layout|shrink|value-ring)|back-pressure|cards\/theme|clock|data\/[\w-]+|element|user-activity)\.|\/src\//;

/** What hooks alone do without: it is in layertap.js, which imports hooks.js. */
const BEYOND_HOOKS =
  /\/(browser\/(layertap|no-replay|threads)|src\/(index|check\/(bin-of|local-path|step|utf8)|hooks\/(adapter\/|apply-edit|edits|global-hooks|javascript-edit|strict-observer|core\/(registered-edit|tensor-summary))|kernels\/|nn\/))|@assemblyscript\//;

export const CHUNKS = {
  // A chunk for each folder, but for APART.
  '': (path) => {
    if (path.includes('@assemblyscript/loader')) return 'kernels';
    const apart = Object.keys(APART).find((name) => APART[name].test(path));
    return apart ?? /\/src\/(check|hooks|kernels|nn|protobuf)\//.exec(path)?.[1];
  },
  browser: (path) => {
    if (THREADS.test(path)) return 'browser/threads';
    if (RECORDING.test(path) || /\/viewer\//.test(path)) return undefined;
    return BEYOND_HOOKS.test(path) ? 'browser/layertap' : 'browser/hooks';
  },
  global: () => undefined,
  page: (path) =>
    /\/src\/check\/|\/worker-messages\./.test(path)
      ? 'browser/messages'
      : /\/viewer\/(mount|page\/page-element)\./.test(path)
        ? 'browser/mount'
        : undefined,
  drawing: (path) => {
    if (LATER.test(path)) return 'browser/later';
    if (PAINTER.test(path)) return 'browser/painter';
    if (SVG.test(path)) return 'browser/svg';
    if (SCALARS.test(path)) return 'browser/scalars';
    if (HISTOGRAMS.test(path)) return 'browser/histograms';
    if (READING.test(path)) return 'browser/reading';
    if (STORE.test(path)) return 'browser/store';
    if (DATA.test(path)) return 'browser/data';
    return /\/viewer\/(activation|text)\/|\/node_modules\/marked\//.test(path) ? undefined : 'browser/drawing';
  },
};
