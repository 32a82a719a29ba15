/** What an element may be given: attributes by their names, `false` for none; functions are listeners of that event. */
export type Attributes = Readonly<Record<string, string | number | boolean | ((event: never) => void)>>;

/**
 * Makes an element. Text is text: nothing that comes from a log is ever read as markup.
 * @param attributes `class`, `aria-label`, `hidden: true`…; a function is a listener of the event of that name
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value as EventListener);
    else if (value !== false) made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** Replaces the text of an element, if it is another: a screen reader is not told twice. */
export function say(where: Element, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}
