/** Attributes by name. `false` omits one; a function listens to the event of that name. */
export type Attributes = Readonly<Record<string, string | number | boolean | ((event: never) => void)>>;

/** Makes an element. Strings become text, never markup, whatever a log contains. */
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

/** Sets the text of an element if it differs, so that screen readers do not repeat it. */
export function say(where: Element, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

/** False for every value where there is no page, as in Node. */
export const isElement = (value: unknown): value is Element =>
  typeof Element !== 'undefined' && value instanceof Element;
