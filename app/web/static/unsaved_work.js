// Unsaved work: what is typed into a form stays in this browser, sealed, until it was sent. See docs/a-workers-day.md.
// The key comes with the page of whoever is signed in and is kept nowhere; without it what lies here opens for nobody.
"use strict";

(() => {
  const PREFIX = "unsaved:";
  const DAYS = 7;
  const LEFT_OUT = new Set(["form_token"]); // of another session when it comes back
  const NOT_KEPT = new Set(["file", "password", "submit", "button", "reset", "image"]);
  const script = document.currentScript;
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
  const forms = document.querySelectorAll("form[data-unsaved]");
  const answered = new URLSearchParams(location.search).has("back"); // the page answers a form that was sent

  if (!window.crypto || !crypto.subtle || !script.dataset.key) return; // over plain http: nothing is kept, nothing breaks
  const given = crypto.subtle.importKey("raw", bytes(script.dataset.key), "AES-GCM", false, ["encrypt", "decrypt"]);
  script.removeAttribute("data-key");
  // A page that comes back from the browser's memory may be of somebody who has signed out since.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  const bound = (name, at) => new TextEncoder().encode(`${name}.${at}`);
  const forget = (name) => localStorage.removeItem(PREFIX + name);
  const kept = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const isOld = (key) => !(Number(localStorage.getItem(key).split(".")[0]) > Date.now() - DAYS * 86400000);

  async function seal(name, fields) {
    const at = Date.now();
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(fields));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(name, at) }, await given, plain);
    localStorage.setItem(PREFIX + name, [at, text(iv), text(sealed)].join("."));
  }

  async function open(name) {
    const [at, iv, sealed] = (localStorage.getItem(PREFIX + name) || "").split(".");
    if (!sealed) return null;
    const how = { name: "AES-GCM", iv: bytes(iv), additionalData: bound(name, at) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, await given, bytes(sealed))));
  }

  const asked = (form) => [...form.elements].filter((one) => one.name && !LEFT_OUT.has(one.name) && !NOT_KEPT.has(one.type));
  const isTicked = (one) => one.type === "checkbox" || one.type === "radio";
  const said = (fields) => fields.filter((one) => !isTicked(one) || one.checked).map((one) => [one.name, one.value]);
  const shown = (form) => asked(form).filter((one) => one.type !== "hidden");
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function fill(form, fields) {
    const left = new Map();
    for (const [name, value] of fields) left.set(name, [...(left.get(name) || []), value]);
    for (const one of asked(form)) {
      const values = left.get(one.name) || [];
      if (isTicked(one)) one.checked = values.includes(one.value);
      else if (values.length) one.value = values.shift();
    }
  }

  // Sent to the server with the form: what to forget when it was taken, and where to come back to from signing in.
  function tellWhere(form, name) {
    const back = new URLSearchParams(location.search).get("back") || location.pathname + location.search;
    const action = new URL(form.getAttribute("action") || location.href, location.href);
    action.searchParams.set("unsaved", name);
    action.searchParams.set("back", back);
    form.setAttribute("action", action.pathname + action.search);
  }

  function keepUp(form, name) {
    let sealing = false;
    let again = false;
    const keep = async () => {
      again = true;
      if (sealing) return;
      sealing = true;
      while (again) {
        again = false;
        await seal(name, said(asked(form))).catch(() => {}); // no room, or not allowed: the form works as ever
      }
      sealing = false;
      form.dataset.kept = "";
    };
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  }

  function tell(form, what) {
    const notice = form.querySelector(`[data-unsaved-${what}]`);
    if (notice) notice.hidden = false;
    return notice;
  }

  async function look(form) {
    const name = form.dataset.unsaved;
    const before = said(shown(form));
    const fields = await open(name).catch(() => forget(name));
    if (fields && answered) {
      await seal(name, said(asked(form))); // the form came back with what was typed, and says what is wrong with it
    } else if (fields) {
      fill(form, fields);
      if (same(before, said(shown(form)))) forget(name);
      else tell(form, "restored")?.querySelector("button")?.addEventListener("click", () => {
        forget(name);
        location.reload();
      });
    }
    tellWhere(form, name);
    keepUp(form, name);
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      tell(form, "offline");
    });
    form.dataset.ready = "";
  }

  try {
    const sent = /(?:^|; )sent=([0-9a-f]+)/.exec(document.cookie);
    if (sent) {
      forget(sent[1]);
      document.cookie = "sent=; path=/; max-age=0; samesite=strict";
    }
    kept().filter(isOld).forEach((key) => localStorage.removeItem(key));
    forms.forEach(look);
  } catch {
    // a browser that keeps nothing: the forms work as ever
  }
})();
