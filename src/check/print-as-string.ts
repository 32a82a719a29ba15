/** Makes Node's console.log print instances of a class as `String(instance)` does. */
export function printAsString(printed: { readonly prototype: object }): void {
  Object.defineProperty(printed.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: object) {
      return String(this);
    },
    configurable: true,
    writable: true,
  });
}
