// Comfort on pages that work without it. Runs while a page arrives, so it listens at the document.
const page = document.documentElement.dataset;
const find = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const on = (type, run) => document.addEventListener(type, run);
const ask = (url, more) => fetch(url, { headers: { Accept: "application/json" }, ...more }).catch(() => null);
const post = (form, more) => ask(form.action, { method: "POST", body: new FormData(form), ...more });
const say = (place, text) => {
  if (place && place.textContent.trim() !== text) place.textContent = text;
};

on("keydown", (event) => {
  const { key, target } = event;
  const field = target.closest("textarea, select, input:not([type=checkbox])");
  const held = event.ctrlKey || event.metaKey;
  if (key === "Enter" && held) {
    find(".app-bar .app-button, .app-button[slot=next]")?.click();
    find(".confirm .app-button")?.focus(); // only move to Send, never send
  }
  if (key === "Escape") field?.closest("details")?.querySelector("summary").focus();
  // Single keys can be switched off (WCAG 2.1.4).
  if (page.keys === "off" || field || held || event.altKey) return;
  if (press(key.toLowerCase(), target)) event.preventDefault();
});

function press(key, target) {
  const prompt = all(".app-prompt")[key - 1];
  if (prompt) return write(prompt);
  const name = find("[data-questions]")?.dataset.questions.split(" ")[key - 1];
  if (name) location.assign(`room?open=${name}`);
  const topic = target.closest("#talks")?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const details = find({ "?": "#keys", t: "#talks" }[key]) ?? topic;
  if (!details) return name;
  details.open = true;
  details.querySelector("summary").focus({ preventScroll: true });
  details.scrollIntoView();
  return true;
}

function write(prompt) {
  const field = prompt.querySelector("textarea, .app-pick :checked");
  prompt.open = true;
  field.focus();
  if (field.type === "textarea") field.selectionStart = field.value.length;
  return true;
}

on("click", (event) => {
  const prompt = event.target.closest(".app-prompt:not([open]) > summary")?.parentElement;
  // Not with keys: one may want to read on.
  if (prompt && event.detail) event.preventDefault(write(prompt));
  const button = event.target.closest("[data-copy], [data-print]");
  if (button) ("print" in button.dataset ? printPage : copy)(button);
});

// Works also in a frame without a clipboard.
function copy(button) {
  const section = button.closest("section");
  const area = section.querySelector("textarea");
  area.focus();
  area.select(); // stays selected, for Ctrl C
  const text = page[document.execCommand("copy") ? "copied" : "notCopied"];
  say(section.querySelector("[role=status]") ?? button, text);
}

// Where dialogs are not allowed print() does nothing, and no "beforeprint" comes.
function printPage(button) {
  let heard;
  onbeforeprint = () => (heard = true);
  print();
  if (heard) return;
  getSelection().selectAllChildren(find(".paper")); // Ctrl P prints the frame with a selection
  say(find("#printed"), button.dataset.print);
}

// What is unticked leaves the note.
const showFiled = () => {
  for (const line of all(".filed [data-of]"))
    line.hidden = find(`.items [value="${line.dataset.of}"]`)?.checked === false;
};
on("change", showFiled);

const pause = 500;
const draft = "[data-autosave]";
const isTouched = (one) => one.value !== one.defaultValue || one.checked !== one.defaultChecked;
let timer, changed, sending, offline, unkept, going, posted;

async function keep() {
  changed = false;
  const answer = await post(find(draft));
  const { kept_at: time, unsent, review, code, heading: why } = (await answer?.json().catch(() => null)) ?? {};
  offline = !answer;
  // An ending keeps the words.
  unkept = !time && !/ended|changed/.test(code);
  if (review) say(find(".app-bar .app-button"), review);
  let text = unkept ? page.refused.replace("{why}", why) : why ?? page.kept.replace("{time}", time);
  if (unsent != null) bar().toggleAttribute("data-unsent", unsent);
  if (unkept && !(why && answer.status < 500)) {
    changed = true;
    text = page.notKept;
    later(4 * pause);
  }
  say(find("#kept"), text);
}

// One by one, so that no older text arrives last.
function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    await sending;
    if (changed) await (sending = keep());
    sending = null;
  }, ms);
}

on("input", ({ target }) => {
  if (!target.form?.matches(draft)) return;
  changed = true;
  later(pause);
});

on("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form === bar()) return event.preventDefault(), stay();
  const isDraft = form.matches(draft);
  if (!going && (sending || offline || (changed && !isDraft))) {
    event.preventDefault(); // what is typed goes first, and stays without a connection
    going = true;
    await Promise.race([sending, new Promise((done) => setTimeout(done, 4 * pause))]);
    if (offline || !isDraft) await keep();
    if (!offline) form.requestSubmit(submitter);
    going = false;
    return;
  }
  posted = form;
  if (isDraft) changed = unkept = clearTimeout(timer);
  // Send pressed twice sends once anyway.
  const button = submitter ?? form.querySelector("[type=submit]:not([formaction])");
  if (!form.matches("[data-send-once]") || button.hasAttribute("formaction")) return;
  say(button, page.sending);
  setTimeout(() => (button.disabled = true)); // not before it is sent
});

addEventListener("pagehide", () => {
  if ((changed || sending) && !posted?.matches(draft)) post(find(draft), { keepalive: true });
});

// Leaving asks first: with words kept nowhere, and with unsent ones unless a link or button leads on inside.
// Back asks too: it looks like closing.
let inside;
window.navigation?.addEventListener("navigate", ({ destination }) => {
  inside = destination.url.startsWith(`${location.origin}/`);
  setTimeout(() => (inside = false), pause); // a file to save leads nowhere
});

addEventListener("beforeunload", (event) => {
  const lost = all(`main form:not(${draft}) textarea`).some((one) => one.form !== posted && isTouched(one));
  if (lost || unkept || (!inside && find("[data-unsent]"))) event.preventDefault();
});

// Warns before a visit closes by itself. Takes no focus, changes no field.
const early = 120;
const bar = () => find(".app-expiry");
let watch;

function lookIn(seconds) {
  clearTimeout(watch);
  watch = setTimeout(look, Math.max(seconds, 1) * 1000);
}

// The server knows of other tabs and of later drafts.
async function look() {
  const answer = await ask(bar().dataset.until);
  if (!(answer?.status < 500)) return lookIn(15);
  show(answer.ok ? await answer.json() : { left: 0, time: "" });
}

async function stay() {
  const answer = await post(bar());
  if (answer?.ok) show(await answer.json(), "stays");
  else look();
}

function show({ left, time, longest }, now) {
  const why = now ?? (left > early ? "" : left <= 0 ? "over" : longest ? "longest" : "idle");
  const [text, button] = bar().querySelectorAll("[role=status], button");
  const words = (name) => bar().dataset[name].replace("{time}", time);
  say(find(".app-foot__end p"), words("stays"));
  bar().hidden = !why; // first the region, or nothing is read out
  say(text, why && words(why));
  button.hidden = why !== "idle";
  if (left > 0) lookIn(now ? 10 : left > early ? left - early : left + 1);
}

function whole() {
  if (bar()) {
    lookIn(bar().dataset.left - early);
    on("visibilitychange", () => document.hidden || look()); // after a sleep
  }
  changed ||= sending === null; // kept before all of it was here: once more
  later(0);
  for (const button of all("[data-copy], [data-print]")) button.hidden = false;
  showFiled();
  // A frame of another site ignores the attribute.
  if (document.activeElement === document.body) find("#errors, [autofocus]")?.focus();
}
if (document.readyState === "loading") on("DOMContentLoaded", whole);
else whole();
// Typed earlier.
changed = all(`${draft} :is(textarea, input)`).some(isTouched);
if (changed) later(0);
