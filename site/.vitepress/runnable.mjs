// Blocks of TypeScript get a frame that runs them in the page. Those that need Node, or something of the reader's, say so
// instead: test/docs.test.ts has the marks.
import { readFileSync } from 'node:fs';

/** The names that blocks use without defining them, and what they are. */
const GIVEN = [
  ...readFileSync(new URL('../../test/docs/cast.ts', import.meta.url), 'utf8')
    .split('export interface Cast {')[1]
    .matchAll(/^ {2}\/\*\* (.*) \*\/\n {2}(\w+)/gm),
].map(([, what, name]) => ({ name, what }));

/** Those that a block uses and does not define, not as a parameter either. */
export function givenTo(code) {
  const text = code.replace(/\/\/.*$/gm, '');
  const parameters = [...text.matchAll(/\(([^()]*)\)\s*=>/g)].map(([, list]) => list).join();
  const isDefined = (name) =>
    new RegExp(`\\b(const|let|class|function) ${name}\\b|\\(${name}: `).test(text) ||
    new RegExp(`\\b${name}\\b`).test(parameters);
  const isUsed = (name) => new RegExp(`(?<![.\\w'])${name}\\b(?!['\\w]|: )`).test(text);
  return GIVEN.filter(({ name }) => isUsed(name) && !isDefined(name));
}

/** Why a block does not run in a page; undefined if it does. */
export function reasonNotToRun(info) {
  const [, mark, reason] = /^ts\s+(node|no-run)\s+(.*)$/.exec(info.trim()) ?? [];
  return mark === 'node' ? `It runs in Node alone: ${reason[0].toLowerCase()}${reason.slice(1)}` : reason;
}

export function runnable(markdown) {
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    if (!/^ts\b/.test(info)) return fence(tokens, index, ...rest);
    tokens[index].info = 'ts';
    const highlighted = fence(tokens, index, ...rest);
    const reason = reasonNotToRun(info);
    const attribute = reason === undefined ? '' : ` reason="${markdown.utils.escapeHtml(reason)}"`;
    const given = givenTo(content).map(({ name, what }) => `<code>${name}</code>, ${what}`);
    const hint = given.length === 0 ? '' : `<template #given>Given: ${given.join('; ')}.</template>`;
    return `<RunnableBlock code="${encodeURIComponent(content)}"${attribute}>${highlighted}${hint}</RunnableBlock>`;
  };
}
