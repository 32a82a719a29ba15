/** Says which tags are wanted, or why nobody can say. */
export interface TagFilter {
  readonly matches: (tag: string) => boolean;
  /** What is wrong with the text as a regular expression; the filter then lets everything through. */
  readonly mistake?: string;
}

/**
 * Reads what stands in the filter box: `/…/` or `/…/i` is a regular expression; anything else is text that a tag holds,
 * small and capital letters alike. Several words must all be there.
 */
export function tagFilter(text: string): TagFilter {
  const expression = /^\/(.*)\/([a-z]*)$/s.exec(text.trim());
  if (expression !== null) {
    try {
      // A global or sticky one remembers where it stopped.
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
