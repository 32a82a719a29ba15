// What the harness adds to each page, before the page's own scripts: `harness`, the functions that locators call.

/** Serialized, so it refers to nothing outside of itself. */
export function addHarness() {
  const violations = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
    // The library tries WebAssembly, and computes without it.
    if (blockedURI !== 'wasm-eval') violations.push(`${violatedDirective} ${blockedURI} ${sample}`);
  });

  /** The document, and the shadow roots of the page. */
  const roots = [document];
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    roots.push(root);
    return root;
  };

  /** Frames that were requested, and timers of less than a second, whose calls are still to come. */
  const waiting = new Set();
  const frame = globalThis.requestAnimationFrame.bind(globalThis);
  const counted = (request, cancel, kind) => {
    const [start, stop] = [globalThis[request].bind(globalThis), globalThis[cancel].bind(globalThis)];
    globalThis[request] = (act, delay = 0, ...rest) => {
      const isShort = !(delay > 1000);
      const id = start(
        (...args) => {
          waiting.delete(kind + id);
          act(...args);
        },
        delay,
        ...rest,
      );
      if (isShort) waiting.add(kind + id);
      return id;
    };
    globalThis[cancel] = (id) => {
      waiting.delete(kind + id);
      stop(id);
    };
  };
  counted('requestAnimationFrame', 'cancelAnimationFrame', 'frame ');
  counted('setTimeout', 'clearTimeout', 'timer ');

  const TIMEOUT = 20_000;
  /** Calls `attempt` in each frame until it gives something else than undefined. `why` says why it did not. */
  async function until(attempt, why) {
    const end = performance.now() + TIMEOUT;
    for (;;) {
      const result = attempt();
      if (result !== undefined) return result;
      if (performance.now() > end) throw new Error(`after ${TIMEOUT / 1000} s ${why()}`);
      await new Promise(frame);
    }
  }

  /** The elements of a locator. Each of its steps searches below those of the step before. */
  function all(steps) {
    let found = roots;
    for (const { selector, hasText, index } of steps) {
      found = found.flatMap((root) => [...root.querySelectorAll(selector)]);
      if (hasText !== undefined) {
        const pattern = typeof hasText === 'object' ? new RegExp(hasText.source, hasText.flags) : undefined;
        found = found.filter(({ textContent }) => pattern?.test(textContent.trim()) ?? textContent.includes(hasText));
      }
      if (index !== undefined) found = found.slice(index, index === -1 ? undefined : index + 1);
    }
    return found;
  }

  const name = (steps) =>
    steps
      .map(({ selector, hasText, index }) =>
        [selector, hasText && `with ${hasText.source ?? hasText}`, index !== undefined && `number ${index}`]
          .filter(Boolean)
          .join(' '),
      )
      .join(', in it ');
  const isVisible = (element) => element.checkVisibility({ visibilityProperty: true }) && boxOf(element).width > 0;
  function boxOf(element) {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  }

  const scroll = (element) => element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  function scrollIfNeeded(element) {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    if (top < 0 || left < 0 || bottom > innerHeight || right > innerWidth) scroll(element);
  }

  /** The one element of a locator, as soon as there is one. */
  function one(steps) {
    return until(
      () => {
        const found = all(steps);
        if (found.length > 1) throw new Error(`${found.length} elements are ${name(steps)}; choose one`);
        return found[0];
      },
      () => `no element is ${name(steps)}`,
    );
  }

  /** Scrolls to the element of a locator, and gives a point of it at which nothing covers it, once it does not move. */
  async function target(steps, position) {
    let [before, obstacle] = ['', undefined];
    return until(
      () => {
        const [element] = all(steps);
        if (element === undefined || !isVisible(element)) return undefined;
        if (obstacle !== undefined) scroll(element);
        else scrollIfNeeded(element);
        const box = boxOf(element);
        const now = JSON.stringify(box);
        const isStill = now === before;
        before = now;
        if (!isStill) return undefined;
        const point = { x: box.x + (position?.x ?? box.width / 2), y: box.y + (position?.y ?? box.height / 2) };
        obstacle = document.elementFromPoint(point.x, point.y);
        while (obstacle?.shadowRoot) {
          const inner = obstacle.shadowRoot.elementFromPoint(point.x, point.y);
          if (inner === null || inner === obstacle) break;
          obstacle = inner;
        }
        // A label and its control count as one.
        const hit = element.contains(obstacle) || obstacle?.closest('label')?.control === element;
        return hit ? point : undefined;
      },
      () => {
        const found = all(steps)[0];
        if (found === undefined) return `no element is ${name(steps)}`;
        return isVisible(found)
          ? `${name(steps)} moves, or is covered by ${obstacle?.outerHTML.slice(0, 120)}`
          : `${name(steps)} is not visible`;
      },
    );
  }

  /** Resolves after the page's own intersection observers have been called: they make cards. */
  const observed = () =>
    new Promise((resolve) => {
      const observer = new IntersectionObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe(document.documentElement);
    });

  globalThis.harness = {
    violations,
    until,
    one,
    target,
    elements: all,
    count: (steps) => all(steps).length,
    texts: (steps) => all(steps).map(({ textContent }) => textContent),
    isVisible: (steps) => all(steps).some(isVisible),
    text: async (steps) => (await one(steps)).textContent,
    attribute: async (steps, attribute) => (await one(steps)).getAttribute(attribute),
    box: async (steps) => boxOf(await one(steps)),
    focus: async (steps) => (await one(steps)).focus(),
    isChecked: async (steps) => (await one(steps)).checked,
    async scroll(steps) {
      scrollIfNeeded(await one(steps));
    },
    /** Writes into a field or chooses from a list, as a user does it in one stroke. */
    async fill(steps, value) {
      const element = await one(steps);
      element.focus();
      element.value = value;
      for (const event of ['input', 'change'])
        element.dispatchEvent(new Event(event, { bubbles: true, composed: true }));
    },
    waitFor: (steps, state) =>
      until(
        () => {
          const found = all(steps);
          const holds =
            state === 'attached'
              ? found.length > 0
              : state === 'visible'
                ? found.some(isVisible)
                : !found.some(isVisible);
          return holds || undefined;
        },
        () => `${name(steps)} is not ${state}`,
      ),
    /** Resolves once no frame and no short timer has been waiting for three frames: everything has been drawn. */
    async settle() {
      const end = performance.now() + TIMEOUT;
      for (let calm = 0; calm < 3; calm = waiting.size === 0 ? calm + 1 : 0) {
        if (performance.now() > end) throw new Error(`the page still has work to do: ${[...waiting].slice(0, 5)}`);
        await new Promise(frame);
        await observed();
      }
    },
  };
}
