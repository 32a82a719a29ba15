/** Something that a person should look at, and where. */
export interface Alert {
  readonly kind: 'nan' | 'infinity' | 'dead' | 'exploding' | 'constant' | 'backwards';
  readonly run: string;
  readonly tag: string;
  /** The first step of it. */
  readonly step: number;
  /** A sentence. */
  readonly message: string;
}
