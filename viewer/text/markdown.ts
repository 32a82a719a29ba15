import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { element } from '../element.ts';

/** Longer texts are shown as they are written. */
const LONGEST = 100_000;
/** A longer paragraph has no emphasis, links and code: `marked` takes time with the square of its length. */
const LONGEST_PARAGRAPH = 4000;
/** After this time, in milliseconds, the rest has no emphasis either. A text may be written to take long. */
const BUDGET = 100;
/** Deeper levels of lists, quotes and emphasis are shown as they are written. Browsers fail at some thousands of levels. */
const DEEPEST = 24;
/** The marks of more levels than that at the start of a line. `marked` takes seconds for thousands of them. */
const DEEP = /^(?:[ \t]*(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s))){25}/m;

type Part = Node | string;

/**
 * Markdown as nodes, as GitHub writes it. HTML is shown as text; links lead to http and https only; pictures are not loaded,
 * their text and address are shown. Headings are paragraphs: those of a text are not the page's.
 * @param now milliseconds, for a test
 */
export function markdown(text: string, now: () => number = () => performance.now()): Node {
  if (text.length > LONGEST || DEEP.test(text)) return element('pre', {}, text);
  return element('div', { class: 'markdown' }, ...partsOf(tokensOf(text, now), 0));
}

/** As `Lexer.lex()`, in bounded time. */
function tokensOf(text: string, now: () => number): Token[] {
  const lexer = new Lexer();
  lexer.blockTokens(text.replace(/\r\n?/g, '\n'), lexer.tokens);
  const start = now();
  for (const { src, tokens } of lexer.inlineQueue) {
    if (src.length > LONGEST_PARAGRAPH || now() - start > BUDGET) tokens.push({ type: 'escape', raw: src, text: src });
    else lexer.inlineTokens(src, tokens);
  }
  return lexer.tokens;
}

const partsOf = (tokens: readonly Token[], depth: number): Part[] =>
  tokens.flatMap((token) => partOf(token as MarkedToken, depth + 1));

function partOf(token: MarkedToken, depth: number): Part | Part[] {
  if (depth > DEEPEST) return token.raw;
  const within = (tokens: readonly Token[]) => partsOf(tokens, depth);
  switch (token.type) {
    case 'space':
    case 'def':
      return [];
    case 'paragraph':
      return element('p', {}, ...within(token.tokens));
    case 'heading':
      return element('p', { class: `heading level-${token.depth}` }, ...within(token.tokens));
    case 'blockquote':
      return element('blockquote', {}, ...within(token.tokens));
    case 'code':
      return element('pre', {}, element('code', {}, token.text));
    case 'hr':
      return element('hr');
    case 'html':
      return token.block ? element('p', { class: 'raw' }, token.raw.trimEnd()) : token.raw;
    case 'list':
      return listOf(token, depth);
    case 'list_item':
      return element('li', { class: token.task && 'task' }, ...within(token.tokens));
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'table':
      return tableOf(token, depth);
    case 'text':
      return token.tokens === undefined ? decoded(token.text) : within(token.tokens);
    case 'escape':
      return token.text;
    case 'strong':
    case 'em':
    case 'del':
      return element(token.type, {}, ...within(token.tokens));
    case 'codespan':
      return element('code', {}, token.text);
    case 'br':
      return element('br');
    case 'link':
      return linkOf(token.href, within(token.tokens));
    case 'image':
      return element('span', { class: 'picture' }, ...linkOf(token.href, [decoded(token.text) || 'picture']));
    default:
      token satisfies never;
      return (token as Token).raw;
  }
}

/** A link, or, if it leads elsewhere than into the web, its text and its address. */
function linkOf(href: string, parts: Part[]): Part[] {
  const address = webAddress(href);
  if (address === undefined) return [...parts, ` (${href})`];
  return [element('a', { href: address, title: href, target: '_blank', rel: 'noopener noreferrer' }, ...parts)];
}

/** Undefined for other than complete http and https addresses. */
function webAddress(href: string): string | undefined {
  try {
    const { protocol, href: complete } = new URL(href);
    return protocol === 'http:' || protocol === 'https:' ? complete : undefined;
  } catch {
    return undefined;
  }
}

function listOf({ ordered, start, items }: Tokens.List, depth: number): Node {
  const parts = partsOf(items, depth);
  return ordered ? element('ol', { start: String(start) }, ...parts) : element('ul', {}, ...parts);
}

function tableOf({ header, rows, align }: Tokens.Table, depth: number): Node {
  const row = (name: 'th' | 'td', cells: readonly Tokens.TableCell[]) =>
    element(
      'tr',
      {},
      ...cells.map((cell, i) => element(name, { class: align[i] ?? false }, ...partsOf(cell.tokens, depth))),
    );
  const body = rows.map((cells) => row('td', cells));
  const table = element('table', {}, element('thead', {}, row('th', header)), element('tbody', {}, ...body));
  // A wide table scrolls, and the text beside it does not.
  return element('div', { class: 'table' }, table);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Replaces character references, except for rare names. */
const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-z]{2,4}));/g, (all, decimal, hexadecimal, name) => {
    if (name !== undefined) return NAMED[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
