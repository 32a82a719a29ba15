// Elements of a page, found anew at each use, in open shadow roots too. The names are Playwright's.

export class Locator {
  #page;
  #steps;

  /** @param page a TestPage */
  constructor(page, steps) {
    this.#page = page;
    this.#steps = steps;
  }

  /** @param {{ hasText?: string | RegExp }} [options] */
  locator(selector, { hasText } = {}) {
    const text = hasText instanceof RegExp ? { source: hasText.source, flags: hasText.flags } : hasText;
    return new Locator(this.#page, [...this.#steps, { selector, hasText: text }]);
  }

  /** Counted from 0; -1 is the last. */
  nth(index) {
    const last = this.#steps.at(-1);
    return new Locator(this.#page, [...this.#steps.slice(0, -1), { ...last, index }]);
  }

  first() {
    return this.nth(0);
  }

  last() {
    return this.nth(-1);
  }

  async all() {
    return Array.from({ length: await this.count() }, (_, i) => this.nth(i));
  }

  count() {
    return this.#call('count');
  }

  allTextContents() {
    return this.#call('texts');
  }

  isVisible() {
    return this.#call('isVisible');
  }

  /* Of one element, which is waited for. */

  textContent() {
    return this.#call('text');
  }

  getAttribute(name) {
    return this.#call('attribute', name);
  }

  boundingBox() {
    return this.#call('box');
  }

  focus() {
    return this.#call('focus');
  }

  fill(value) {
    return this.#call('fill', value);
  }

  scrollIntoViewIfNeeded() {
    return this.#call('scroll');
  }

  /** @param {{ state?: 'attached' | 'visible' | 'hidden' }} [options] */
  waitFor({ state = 'visible' } = {}) {
    return this.#call('waitFor', state);
  }

  /** Calls a function with the element, in the page. */
  async evaluate(run, ...args) {
    const element = await this.#page.raw.evaluateHandle((steps) => globalThis.harness.one(steps), this.#steps);
    try {
      return await element.evaluate(run, ...args);
    } finally {
      await element.dispose();
    }
  }

  /* With the mouse, once the element does not move and nothing covers it. A position counts from its upper left corner. */

  async hover({ position } = {}) {
    const { x, y } = await this.#call('target', position);
    await this.#page.mouse.move(x, y);
  }

  async click({ position, count = 1 } = {}) {
    const { x, y } = await this.#call('target', position);
    await this.#page.mouse.click(x, y, { count });
  }

  dblclick({ position } = {}) {
    return this.click({ position, count: 2 });
  }

  async check() {
    if (!(await this.#call('isChecked'))) await this.click();
  }

  async uncheck() {
    if (await this.#call('isChecked')) await this.click();
  }

  /** Presses a key while the element has the focus. */
  async press(key) {
    await this.focus();
    await this.#page.press(key);
  }

  #call(name, ...args) {
    return this.#page.raw.evaluate(
      (name, steps, args) => globalThis.harness[name](steps, ...args),
      name,
      this.#steps,
      args,
    );
  }
}
