// Comfort for the start page: switches act at once, the chart refreshes by itself. Without this the page works by links and forms.
const REFRESH_MS = 2000;

function found(root, selector) {
  const element = root.querySelector(selector);
  if (!element) throw new Error(`ehr.js: ${selector} is missing in the page`);
  return element;
}

// Posts the form without leaving the page, so that the open app stays where it is.
function enhanceSwitches(form) {
  const said = found(form, "[data-role=said]");
  const expire = found(form, "[data-role=expire]");
  found(form, "[data-role=set]").hidden = true;

  async function send(url, words) {
    try {
      await fetch(url, { method: "POST", body: new FormData(form), redirect: "manual" });
      said.textContent = words;
    } catch {
      said.textContent = "The pretend EHR does not answer. Nothing was changed.";
    }
  }

  form.addEventListener("change", (event) => {
    if (event.target.name !== "width") send(form.action, "Set. It holds from the next request on.");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter === expire) send(expire.formAction, "The session is over. Press anything in the app to see what happens.");
    else send(form.action, "Set. It holds from the next request on.");
  });
}

// Replaces the list only when it changed, and keeps what was opened and focused.
function enhanceNow(section) {
  let shown = "";

  async function refresh() {
    const answer = await fetch(section.dataset.from, { headers: { Accept: "text/html" } });
    const text = answer.ok ? await answer.text() : shown;
    if (text === shown) return;
    if (shown) replace(text);
    shown = text;
  }

  function replace(text) {
    const open = [...section.querySelectorAll("details[open]")].map((element) => element.dataset.key);
    const focused = document.activeElement?.closest("[data-module=ehr-now] details");
    const onText = document.activeElement?.matches("pre");
    const fresh = new DOMParser().parseFromString(text, "text/html");
    section.replaceChildren(...fresh.body.childNodes);
    for (const element of section.querySelectorAll("details")) {
      element.open = open.includes(element.dataset.key);
      if (focused?.dataset.key === element.dataset.key) found(element, onText ? "pre" : "summary").focus({ preventScroll: true });
    }
  }

  async function keepFresh() {
    try {
      if (!document.hidden) await refresh();
    } catch {
      // The server may be restarting. What is shown stays, and the next round asks again.
    }
    setTimeout(keepFresh, REFRESH_MS);
  }
  keepFresh();
}

const modules = { "ehr-switches": enhanceSwitches, "ehr-now": enhanceNow };
for (const element of document.querySelectorAll("[data-module]")) modules[element.dataset.module](element);
