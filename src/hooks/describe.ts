const LONGEST = 40;

/** Names a value in an error message: what it is first, then as much of it as fits. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)}`;
    case 'number':
    case 'boolean':
      return `the ${typeof value} ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return `the bigint ${value}n`;
    case 'symbol':
      return 'a symbol';
    case 'function':
      if (isInstance(value)) return withArticle(className(value));
      return `the ${isClass(value) ? 'class' : 'function'} ${(value as { name: string }).name || '(anonymous)'}`;
    default:
      if (Array.isArray(value)) return `an array of length ${value.length}`;
      if (isThenable(value)) return 'a promise';
      return withArticle(className(value));
  }
}

const withArticle = (name: string) => `${/^[AEIOUaeiou]/.test(name) ? 'an' : 'a'} ${name}`;

/** The printed name of an object's class: its own `static className` if it has one, so that minifiers cannot change it. */
export function className(value: object): string {
  const maker: unknown = value.constructor;
  if (typeof maker !== 'function') return 'object';
  const own = Object.hasOwn(maker, 'className') ? (maker as { className?: string }).className : undefined;
  const printed = own ?? maker.name;
  return printed || '(anonymous class)';
}

/** Whether a value is a promise, or anything that `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** The type's name alone, for sentences of PyTorch's that have one: `number`, `Array`, `Linear`, `null`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' || isInstance(value) ? className(value as object) : typeof value;
}

const FUNCTIONS = ['Function', 'AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction'];

/** Whether a function is an instance of a class of somebody's own, as a Hookable is. */
function isInstance(value: unknown): boolean {
  return typeof value === 'function' && !FUNCTIONS.includes(className(value));
}

/** Whether a function is a class, which can only be called with `new`. */
export function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
