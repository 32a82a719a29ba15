// Loops in a frame end by an error when they never yield: frames share a thread, in some browsers with the page. Workers need
// none of this.
import { parse } from 'sucrase/dist/esm/parser/index.js';
import { TokenType } from 'sucrase/dist/esm/parser/tokenizer/types.js';

const OPEN = [TokenType.parenL, TokenType.bracketL, TokenType.braceL, TokenType.dollarBraceL];
const CLOSE = [TokenType.parenR, TokenType.bracketR, TokenType.braceR];

/** @returns the script with a call of `$loop()` in the condition of each loop, or in the body of `for … of` */
export function guardLoops(script) {
  const { tokens } = parse(script, false, false, false);
  const inserted = [];
  tokens.forEach(({ type }, i) => {
    const isLoop = type === TokenType._while || type === TokenType._for;
    const isMember = tokens[i - 1]?.type === TokenType.dot || tokens[i - 1]?.type === TokenType.questionDot;
    const open = tokens.findIndex(({ type }, at) => at > i && type === TokenType.parenL);
    if (!isLoop || isMember || open === -1 || open > i + 2) return;
    if (type === TokenType._while) {
      inserted.push([tokens[open].end, '$loop(),']);
      return;
    }
    const { semicolons, close } = headOf(tokens, open);
    if (semicolons.length === 2) {
      const isEmpty = semicolons[1] === semicolons[0] + 1;
      inserted.push([tokens[semicolons[0]].end, isEmpty ? '$loop(),true' : '$loop(),']);
    } else if (tokens[close + 1]?.type === TokenType.braceL) inserted.push([tokens[close + 1].end, '$loop();']);
  });
  return inserted
    .sort(([a], [b]) => b - a)
    .reduce((text, [at, call]) => text.slice(0, at) + call + text.slice(at), script);
}

/** Where the semicolons of a loop's head are, and its closing parenthesis. */
function headOf(tokens, open) {
  const semicolons = [];
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const { type } = tokens[at];
    if (OPEN.includes(type)) depth++;
    else if (CLOSE.includes(type) && --depth === 0) return { semicolons, close: at };
    else if (type === TokenType.semi && depth === 1) semicolons.push(at);
  }
  return { semicolons, close: tokens.length };
}
