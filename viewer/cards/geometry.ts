/** Where the plot begins and ends within a card, in CSS pixels: the same in all cards, so that steps stand below each other. */
export const INSET = { left: 52, right: 12 } as const;
