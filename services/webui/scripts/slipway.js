// Comforts on top of pages that work without it. No dependencies.
"use strict";
(() => {
  const page = document.documentElement;

  // Times in the reader's own zone and language, exact on hover.
  const language = page.lang || "en";
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    time.title = exact.format(when);
    if (time.dataset.show === "absolute") time.textContent = exact.format(when);
  }

  // The theme changes at once; the server remembers it, as it does without this script.
  for (const form of document.querySelectorAll("form[data-theme-form]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || button.name !== "theme") return;
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form));
      body.set("theme", button.value);
      if (button.value === "auto") page.removeAttribute("data-theme");
      else page.setAttribute("data-theme", button.value);
      for (const other of form.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
      fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => form.submit());
    });
  }

  // One open menu at a time; Escape and a click elsewhere close it.
  const menus = [...document.querySelectorAll("details[data-menu]")];
  const closeOthers = (kept) => menus.forEach((menu) => { if (menu !== kept) menu.open = false; });
  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (!menu.open) return;
      closeOthers(menu);
      menu.querySelector("input:not([type=hidden]), select, textarea, form button")?.focus();
    });
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("details[data-menu]")) closeOthers(null);
  });
  document.addEventListener("keydown", (event) => {
    const open = menus.find((menu) => menu.open);
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // "/" goes to the search, Ctrl+Enter sends what is being written.
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea"))
      event.target.form?.requestSubmit();
  });

  // A second click does not send twice; coming back with the browser's button makes the form usable again.
  for (const form of document.querySelectorAll("form[method=post]:not([data-theme-form])")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A page that waits for something looks again by itself; where it is no longer answered, it says where to go on.
  const poll = async (waiting) => {
    let shown = waiting.innerHTML;
    for (let missed = 0; waiting.dataset.poll;) {
      await new Promise((done) => setTimeout(done, Number(waiting.dataset.poll)));
      let text = "";
      try {
        const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(5000) });
        if (answer.redirected) return location.reload();
        if (answer.ok) text = await answer.text();
      } catch { /* the machine may be changing its address */ }
      const fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById(waiting.id);
      missed = fresh ? 0 : missed + 1;
      waiting.querySelector("[data-lost]")?.toggleAttribute("hidden", missed < 5);
      // What is the same stays in place, so that readers are not told it again.
      if (!fresh || fresh.innerHTML === shown) continue;
      shown = fresh.innerHTML;
      waiting.replaceWith(fresh);
      waiting = fresh;
    }
  };
  document.querySelectorAll("[data-poll]").forEach(poll);

  // Files dropped on a form with a file field are attached.
  for (const field of document.querySelectorAll("input[type=file]")) {
    const zone = field.form;
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      const all = new DataTransfer();
      for (const file of [...field.files, ...event.dataTransfer.files]) all.items.add(file);
      field.files = all.files;
    });
  }
})();
