/** An element as a test reads it. */
export interface Fake {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: (Fake | string)[];
}

/** Lets `element()` make plain objects, which have no more than it needs of a document. */
export function useFakeDocument(): void {
  const createElement = (name: string) => {
    const made: Fake = { name, attributes: {}, children: [] };
    return Object.assign(made, {
      setAttribute(key: string, value: string) {
        made.attributes[key] = value;
      },
      append: (...children: (Fake | string)[]) => void made.children.push(...children),
    });
  };
  Object.assign(globalThis, { document: { createElement } });
}

/** All elements with this name, from the outermost on. */
export const all = (of: Fake | string, name: string): Fake[] =>
  typeof of === 'string'
    ? []
    : [...(of.name === name ? [of] : []), ...of.children.flatMap((child) => all(child, name))];

export const textOf = (of: Fake | string): string => (typeof of === 'string' ? of : of.children.map(textOf).join(''));

/** As markup, for short expectations. Attributes are left out. */
export const markupOf = (of: Fake | string): string =>
  typeof of === 'string' ? of : `<${of.name}>${of.children.map(markupOf).join('')}</${of.name}>`;
