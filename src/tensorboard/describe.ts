/** What a value is, in the few words that an error message has room for. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'bigint':
      return `the bigint ${value}n`;
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `an array of length ${value.length}` : `an object of class ${className(value)}`;
    default:
      return String(value);
  }
}

/** The built-in tag first: it is right for typed arrays of other realms too. */
function className(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === 'Object' && typeof value.constructor === 'function' ? value.constructor.name || tag : tag;
}
