/** So many are told of one file or tag: a damaged file may have a damage in each record. */
const MOST = 3;

/** Passes on what a person should know, but not without end. */
export class Warnings {
  readonly #tell: (message: string) => void;
  readonly #told: Map<string, number> = new Map();

  constructor(tell: (message: string) => void) {
    this.#tell = tell;
  }

  /** @param subject what the message is about: of each, a few are told */
  tell(subject: string, message: string, most: number = MOST): void {
    const told = this.#told.get(subject) ?? 0;
    if (told >= most) return;
    this.#told.set(subject, told + 1);
    this.#tell(told + 1 === most && most > 1 ? `${message} No more is told of ${subject}.` : message);
  }

  /** It is over; should it come again, it is told again. @returns whether it had been told */
  over(subject: string): boolean {
    return this.#told.delete(subject);
  }
}
