// From the text of a block to a script that its sandbox runs.

/** Words of a block that needs a document: it runs in a frame; others run in a worker of one. */
const DOCUMENT = /\b(document|window|mountViewer|mountActivation|mountPacked|requestAnimationFrame)\b/;

/** @returns a CommonJS module, whether it needs a document, and the ids of the elements that it looks for */
export async function compile(code) {
  const [{ transform }, { guardLoops }] = await Promise.all([import('sucrase'), import('./guard-loops.js')]);
  const script = withSentence(
    () => transform(code, { transforms: ['typescript', 'imports'], disableESTransforms: true }).code,
  );
  const hasDocument = DOCUMENT.test(script);
  const ids = hasDocument ? [...script.matchAll(/['"`]#([\w-]+)['"`]/g)].map(([, id]) => id) : [];
  return { script: hasDocument ? guardLoops(script) : script, hasDocument, ids: [...new Set(ids)] };
}

/** @throws SyntaxError that says the place in words */
function withSentence(parse) {
  try {
    return parse();
  } catch (error) {
    const [, what, line, column] = /^(?:Error transforming [^:]*: )?(.*) \((\d+):(\d+)\)$/.exec(error.message) ?? [];
    if (what === undefined) throw error;
    throw new SyntaxError(`Syntax error in line ${line}, column ${column}: ${what}`);
  }
}
