// Blocks of TypeScript get a frame that runs them in the page. Those that need Node, or a framework that the page does not
// have, say so instead.

/** Packages that blocks may import in the page; each is a file of /runtime. */
const IN_PAGE = /^(layertap(\/(adapter|inspect|safetensors|tensorboard|viewer))?|rxjs)$/;

/** Why a block does not run in a page; undefined if it does. */
export function reasonNotToRun(info, code) {
  if (/\bno-run\b/.test(info)) return 'It needs a page or a file of yours.';
  if (/\bdirectoryLogs\(|new SummaryWriter\([^{]*\)|\b(to|save): '/.test(code))
    return 'It reads or writes files, and a page has no directories.';
  const imports = [...code.matchAll(/\bfrom\s*'([^']+)'/g)].map(([, name]) => name);
  const missing = imports.filter((name) => !IN_PAGE.test(name));
  return missing.length === 0 ? undefined : `It needs ${missing.join(', ')}, which this page does not load.`;
}

export function runnable(markdown) {
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    if (!/^ts\b/.test(info)) return fence(tokens, index, ...rest);
    tokens[index].info = 'ts';
    const highlighted = fence(tokens, index, ...rest);
    const reason = reasonNotToRun(info, content);
    const attribute = reason === undefined ? '' : ` reason="${markdown.utils.escapeHtml(reason)}"`;
    return `<RunnableBlock code="${encodeURIComponent(content)}"${attribute}>${highlighted}</RunnableBlock>`;
  };
}
