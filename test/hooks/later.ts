/** A promise of another library: it has a `then` but is not a Promise. */
export class Later<T> {
  // biome-ignore lint/suspicious/noThenProperty: it must be a thenable
  readonly then: Promise<T>['then'];

  constructor(promise: Promise<T>) {
    // biome-ignore lint/suspicious/noThenProperty: it must be a thenable
    this.then = promise.then.bind(promise);
  }
}
