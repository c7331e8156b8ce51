// Comfort on pages that work without it: keys, keeping the draft while you type, copying.
const root = document.documentElement; // its data- attributes hold the words, in the page's language
const keysOn = root.dataset.keys !== "off"; // a person can switch single keys off (WCAG 2.1.4)
const typing = (el) => el.matches("textarea, input:not([type=checkbox], [type=radio]), select");

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) {
    document.querySelector(".app-bar .app-button")?.click(); // go on to the next page
    document.querySelector(".confirm .app-button")?.focus(); // there: only move to Send, never send
  }
  if (event.key === "Escape" && typing(event.target)) {
    event.target.closest("details")?.querySelector("summary").focus();
  }
  // On a scale of numbers a digit is meant for the scale, where the arrows choose.
  if (!keysOn || typing(event.target) || event.target.closest(".app-pick--scale") || event.ctrlKey || event.metaKey || event.altKey) return;
  const topic = topicOf(event);
  if (topic) {
    event.preventDefault();
    topic.open = true;
    topic.querySelector("summary").focus({ preventScroll: true });
    topic.scrollIntoView(); // its steps stand below, and not under the bar
    return;
  }
  const prompt = /^[1-9]$/.test(event.key) && document.querySelectorAll(".app-prompt")[event.key - 1];
  if (!prompt) return;
  event.preventDefault();
  prompt.open = true;
  prompt.querySelector("textarea, .app-pick :checked").focus();
});

// "t" opens the list of topics; there, a letter opens the topic that shows it.
function topicOf({ key, target }) {
  const talks = document.getElementById("talks");
  if (key.toLowerCase() === "t") return talks;
  return /^[a-z]$/i.test(key) && talks?.contains(target) && talks.querySelector(`[data-key="${key.toLowerCase()}"]`);
}

document.getElementById("errors")?.focus();

// A link to a field inside something closed opens that first.
for (const link of document.querySelectorAll(".app-errors a")) {
  link.addEventListener("click", (event) => {
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const closed = field.closest("details");
    if (closed) closed.open = true;
    (field === closed ? closed.querySelector("summary") : field).focus();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const section = button.closest("section");
  const area = section.querySelector("textarea");
  button.hidden = false;
  button.addEventListener("click", async () => {
    area.focus();
    area.select(); // stays selected, so that Ctrl C works where nothing else does
    const copied = copySelected() || (await writeClipboard(area.value));
    if (copied) button.focus();
    (section.querySelector("[role=status]") ?? button).textContent = copied
      ? root.dataset.copied
      : root.dataset.notCopied;
  });
}

// First what also works in a frame that may not use the clipboard, then what works where that is gone.
function copySelected() {
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  }
}

async function writeClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// A statement that is unticked leaves the note that is shown, as it will leave the one that is filed.
const filed = document.querySelector(".filed");
if (filed) {
  const ticks = document.querySelectorAll(".items [name=item]");
  const show = () => {
    for (const tick of ticks) {
      const line = filed.querySelector(`[data-of="${tick.value}"]`);
      if (line) line.hidden = !tick.checked;
    }
  };
  for (const tick of ticks) tick.addEventListener("change", show);
  show(); // the browser may have kept ticks from before
}

// Pressing Send twice sends once anyway; the button says that the first press counts.
for (const form of document.querySelectorAll("[data-send-once]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter ?? form.querySelector("[type=submit]:not([formaction])");
    if (button.hasAttribute("formaction")) return;
    setTimeout(() => {
      button.disabled = true;
      button.textContent = root.dataset.sending;
    });
  });
}

const draft = document.querySelector("[data-autosave]");
if (draft) keepDraft(draft, document.getElementById("kept"));

function keepDraft(form, mark) {
  const pause = 500;
  let timer = 0;
  let changed = false;
  let sending = null;
  let leaving = false;

  const post = (more) =>
    fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      ...more,
    });

  const say = (text) => {
    if (mark.textContent.trim() !== text) mark.textContent = text;
  };

  async function keep() {
    changed = false;
    try {
      const answer = await post();
      const body = await answer.json();
      if (answer.ok) return say(root.dataset.kept.replace("{time}", body.kept_at));
      if (answer.status < 500) return say(body.heading); // "Your EHR session ended. Your text is safe."
    } catch {
      // no connection, or no JSON: try again below
    }
    changed = true;
    say(root.dataset.notKept);
    later(4 * pause);
  }

  // One after the other: an older page of text must not arrive after a newer one.
  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await sending;
      if (!changed) return;
      sending = keep();
      await sending;
      sending = null;
    }, wait);
  }

  form.addEventListener("input", () => {
    changed = true;
    later(pause);
  });

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    changed = false;
    if (!sending || leaving) return;
    event.preventDefault();
    leaving = true;
    const longest = new Promise((done) => setTimeout(done, 4 * pause));
    Promise.race([sending, longest]).then(() => form.requestSubmit(event.submitter));
  });

  addEventListener("pagehide", () => {
    if (changed || (sending && !leaving)) post({ keepalive: true }).catch(() => {});
  });
}
