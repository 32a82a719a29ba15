/** A point of a card, in CSS pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const contains = ({ left, top, width, height }: Box, { x, y }: Point): boolean =>
  x >= left && x <= left + width && y >= top && y <= top + height;

/** Margins of the plot within a card. All cards have the same, so that steps line up. */
export const INSET = { left: 52, right: 12 } as const;

export const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
