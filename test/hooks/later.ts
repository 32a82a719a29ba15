/** A promise of another library's: it has a `then`, and is no Promise. */
export class Later<T> {
  // biome-ignore lint/suspicious/noThenProperty: this is what it is for
  readonly then: Promise<T>['then'];

  constructor(promise: Promise<T>) {
    // biome-ignore lint/suspicious/noThenProperty: this is what it is for
    this.then = promise.then.bind(promise);
  }
}
