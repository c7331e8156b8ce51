// Warns shortly before a visit closes by itself, and offers to keep it open. Takes no focus, changes no field.
const EARLY_S = 120;
const RETRY_S = 15;
const SAID_S = 10;

const warning = document.querySelector(".app-expiry");
if (warning) watch(warning);

function watch(form) {
  const status = form.querySelector("[role=status]");
  const button = form.querySelector("button");
  const line = document.querySelector("[data-open]");
  let timer = 0;

  const later = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(seconds, 1) * 1000);
  };

  const say = (text, canStay = false) => {
    if (status.textContent !== text) status.textContent = text;
    button.hidden = !canStay;
  };

  function show({ left, time, longest }) {
    if (line) line.textContent = line.dataset.open.replace("{time}", time);
    if (left <= 0) {
      form.hidden = false;
      return say(form.dataset.over); // nothing more to wait for
    }
    if (left > EARLY_S) {
      form.hidden = true;
      say("");
      return later(left - EARLY_S);
    }
    form.hidden = false; // first the region, then its words, so that they are read out
    say(form.dataset[longest ? "longest" : "idle"].replace("{time}", time), !longest);
    later(left + 1);
  }

  // Asks the server, which knows of other tabs and of drafts that were kept meanwhile.
  async function look() {
    try {
      const answer = await fetch(form.dataset.until, { headers: { Accept: "application/json" } });
      if (answer.ok) return show(await answer.json());
      if (answer.status < 500) return show({ left: 0, time: "" });
    } catch {
      // no connection: try again below
    }
    later(RETRY_S);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) return look();
      const standing = await answer.json();
      show(standing);
      if (!form.hidden) return;
      form.hidden = false; // what became of the press is said where it was pressed, and for a moment
      say(form.dataset.stays.replace("{time}", standing.time));
      setTimeout(() => show(standing), SAID_S * 1000);
    } catch {
      later(1);
    }
  });

  // A computer that slept has missed the time.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });

  later(Number(form.dataset.left) - EARLY_S);
}

// Ending leaves the page for good: the browser asks first when a text on it is kept nowhere.
for (const form of document.querySelectorAll("[data-end]")) {
  form.addEventListener("submit", () => {
    const areas = [...document.querySelectorAll("main textarea:not([readonly])")];
    const isTyped = areas.some((area) => !area.closest("[data-autosave]") && area.value !== area.defaultValue);
    if (isTyped) addEventListener("beforeunload", (event) => event.preventDefault(), { once: true });
  });
}
