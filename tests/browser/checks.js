// What can only be asked inside a page: how large, how visible, in which order. One object of functions.
({
  told: () => ({
    title: document.title,
    lang: document.documentElement.lang,
    h1: [...document.querySelectorAll("h1")].map((each) => each.innerText),
    mains: document.querySelectorAll("main").length,
  }),

  sideways: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,

  space(rules) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
  },

  // In forced colors Chromium tells of -webkit-text-fill-color, which axe asks for, what the page wanted and
  // not what is painted. No page sets it, so the color of the text is it.
  tellPaintedColors(isForced) {
    this.plain ??= window.getComputedStyle;
    const { plain } = this;
    if (!isForced) {
      window.getComputedStyle = plain;
      return;
    }
    const asked = (name) => (name === "-webkit-text-fill-color" ? "color" : name);
    const ways = {
      get(style, name) {
        if (name === "getPropertyValue") return (property) => style.getPropertyValue(asked(property));
        const value = style[name];
        return typeof value === "function" ? value.bind(style) : value;
      },
    };
    window.getComputedStyle = (...about) => new Proxy(plain.apply(window, about), ways);
  },

  focusable: () =>
    [
      ...document.querySelectorAll(
        "a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex='0']",
      ),
    ].filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true })),

  // WCAG 2.5.8 exempts a link in a sentence: text of its own stands beside it in its block.
  isInSentence(one) {
    if (!one.matches("a") || !getComputedStyle(one).display.startsWith("inline")) return false;
    const block = one.closest("p, li, dd, figcaption, td, label, div");
    return block !== null && block.innerText.trim() !== one.innerText.trim();
  },

  smallTargets(least) {
    return this.focusable()
      .filter((one) => !one.closest(".app-skip, .app-hidden") && !this.isInSentence(one))
      .map((one) => {
        const boxes = [one, one.closest("label") ?? one].map((each) => each.getBoundingClientRect());
        const side = (name) => Math.round(Math.max(...boxes.map((box) => box[name])));
        return { width: side("width"), height: side("height"), html: one.outerHTML.slice(0, 140) };
      })
      .filter(({ width, height }) => width < least || height < least)
      .map(({ width, height, html }) => `${width} x ${height}: ${html}`);
  },

  // A line that is only there or not, in steps, does not move.
  moving: () =>
    document
      .getAnimations()
      .filter(({ effect }) => {
        const { duration, easing } = effect.getComputedTiming();
        const ways = [easing, ...effect.getKeyframes().map((frame) => frame.easing)];
        return duration > 0 && !ways.some((each) => each.startsWith("step"));
      })
      .map(({ effect }) => `${effect.pseudoElement ?? ""} ${effect.target.outerHTML.slice(0, 120)}`),

  group: (one) =>
    one.matches("input[type=radio]")
      ? [...document.getElementsByName(one.name)].filter((each) => each.form === one.form)
      : [one],

  begin() {
    document.body.tabIndex = -1; // where the walk begins, whatever was pressed before
    document.body.focus({ preventScroll: true });
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
    this.seen = [];
  },

  everything: () =>
    [...document.querySelectorAll("*")].flatMap((each) => [each, ...(each.shadowRoot?.querySelectorAll("*") ?? [])]),

  holds(box, one) {
    const slotted = (slot) => slot.assignedElements({ flatten: true }).some((each) => each.contains(one));
    return box.contains(one) || [...box.querySelectorAll("slot")].some(slotted);
  },

  // Where the focus is now; null at the end of the page.
  step() {
    const one = document.activeElement;
    const isAgain = one === this.seen.at(-1);
    // A frame, and a date with its three numbers, take the focus several times.
    if (one?.matches("iframe") || (isAgain && one.matches("[type=date]"))) return { isInside: true };
    if (!one || one === document.body || this.seen.includes(one)) return null;
    this.seen.push(one);
    const painted = one.closest(".app-chip") ?? one;
    const style = getComputedStyle(painted);
    const box = painted.getBoundingClientRect();
    const stuck = this.everything().filter(
      (each) => ["sticky", "fixed"].includes(getComputedStyle(each).position) && each.checkVisibility(),
    );
    const covers = stuck
      .filter((each) => !this.holds(each, one))
      .map((each) => each.getBoundingClientRect())
      .filter((each) => each.top < box.bottom - 1 && each.bottom > box.top + 1)
      .filter((each) => each.left < box.right && each.right > box.left);
    return {
      html: one.outerHTML.slice(0, 140),
      isOutlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      isCovered: box.height < innerHeight / 2 && covers.length > 0,
      isOut: box.bottom < 1 || box.top > innerHeight - 1,
      isStuck: one.matches(".app-skip") || stuck.some((each) => this.holds(each, one)),
      top: box.top + scrollY,
      bottom: box.bottom + scrollY,
      left: box.left,
      right: box.right,
    };
  },

  leftOut() {
    return this.focusable()
      .filter((one) => !this.group(one).some((each) => this.seen.includes(each)))
      .map((one) => one.outerHTML.slice(0, 140));
  },
})
