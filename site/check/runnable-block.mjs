// A block of a page, as a reader handles it.

export class RunnableBlock {
  constructor(page, nth) {
    this.root = page.locator('.runnable').nth(nth);
  }

  button(name) {
    return this.root.getByRole('button', { name, exact: true });
  }

  /** Presses a button, without the mouse: a page has one, and several blocks are used at once. */
  press(name) {
    return this.button(name).dispatchEvent('click');
  }

  /** Presses Run, and waits for the sentence under the block. */
  async run(pattern = /^Done/) {
    await this.press('Run');
    await this.says(pattern);
  }

  async says(pattern) {
    await this.root.getByRole('status').filter({ hasText: pattern }).waitFor();
  }

  /** Replaces the code. */
  async edit(code) {
    const editor = this.root.locator('.editor');
    if (!(await editor.isVisible())) await this.press('Edit');
    await editor.evaluate((element, text) => {
      element.value = text;
      element.dispatchEvent(new Event('input'));
    }, code);
  }

  lines(level = '') {
    return this.root.evaluate(
      (element, level) =>
        [...element.querySelectorAll(`.runnable-output span${level}`)].map(({ textContent }) =>
          textContent.slice(0, -1),
        ),
      level,
    );
  }

  errors() {
    return this.lines('.error');
  }
}
