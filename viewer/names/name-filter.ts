/** A filter of tags, or of the names of runs. */
export interface NameFilter {
  readonly matches: (name: string) => boolean;
  /** Why the text is no regular expression that can be used; the filter then matches everything. */
  readonly mistake?: string;
}

/** Parses a filter: `/…/` or `/…/i` is a regular expression; otherwise a name must contain all words, in any case. */
export function nameFilter(text: string): NameFilter {
  const expression = /^\/(.*)\/([a-z]*)$/s.exec(text.trim());
  if (expression !== null) {
    const nested = nestedRepetition(expression[1]!);
    if (nested !== undefined) {
      const mistake = `A repetition within a repetition may take forever: ${nested}`;
      return { matches: () => true, mistake };
    }
    try {
      // A global or sticky expression would resume from its last match.
      const wanted = new RegExp(expression[1]!, expression[2]!.replace(/[gy]/g, ''));
      return { matches: (name) => wanted.test(name) };
    } catch (error) {
      return { matches: () => true, mistake: (error as Error).message };
    }
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return {
    matches: (name) => {
      const lower = name.toLowerCase();
      return words.every((word) => lower.includes(word));
    },
  };
}

const TOKENS = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|[*+]|\{\d+(?:,\d*)?\}|./gs;
/** `{3}` repeats a fixed number of times. */
const REPETITION = /^[*+]$|^\{\d+,\d*\}$/;

/**
 * The first repetition within a repetition, such as `(a+)+`. The time of a search may grow exponentially with the length of the
 * name, and no search can be stopped.
 */
function nestedRepetition(source: string): string | undefined {
  const open: { start: number; repeats: boolean }[] = [{ start: 0, repeats: false }];
  /** The group that ended with the last token. */
  let closed: { start: number; repeats: boolean } | undefined;
  for (const { 0: token, index } of source.matchAll(TOKENS)) {
    const group = closed;
    closed = undefined;
    const around = open.at(-1)!;
    if (token.startsWith('(')) open.push({ start: index, repeats: false });
    else if (token === ')' && open.length > 1) {
      closed = open.pop()!;
      open.at(-1)!.repeats ||= closed.repeats;
    } else if (REPETITION.test(token)) {
      if (group?.repeats) return source.slice(group.start, index + token.length);
      around.repeats = true;
    }
  }
  return undefined;
}
