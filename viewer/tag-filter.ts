export interface TagFilter {
  readonly matches: (tag: string) => boolean;
  /** Why the text is not a regular expression; the filter then matches everything. */
  readonly mistake?: string;
}

/** Parses a filter: `/…/` or `/…/i` is a regular expression; otherwise a tag must contain all words, in any case. */
export function tagFilter(text: string): TagFilter {
  const expression = /^\/(.*)\/([a-z]*)$/s.exec(text.trim());
  if (expression !== null) {
    try {
      // A global or sticky expression would resume from its last match.
      const wanted = new RegExp(expression[1]!, expression[2]!.replace(/[gy]/g, ''));
      return { matches: (tag) => wanted.test(tag) };
    } catch (error) {
      return { matches: () => true, mistake: (error as Error).message };
    }
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return {
    matches: (tag) => {
      const lower = tag.toLowerCase();
      return words.every((word) => lower.includes(word));
    },
  };
}
