/** Something that a person should look at, and where. */
export interface Alert {
  readonly kind: AlertKind;
  readonly run: string;
  readonly tag: string;
  /** The first step of it. */
  readonly step: number;
  /** A sentence, of which the tag and the step are no part. */
  readonly message: string;
}

export type AlertKind = 'nan' | 'infinity' | 'dead' | 'exploding' | 'constant' | 'backwards';
