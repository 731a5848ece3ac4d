// What pages gain with scripts: drafts saved by themselves, fields shown as they are asked for, keys for lists,
// diagrams that begin where the instance stands.
// Everything works without.
"use strict";

(() => {
  const summary = document.querySelector(".nhsuk-error-summary, .conflict");
  if (summary) {
    summary.setAttribute("tabindex", "-1");
    summary.focus();
  }

  // What takes long says so: something was pressed, and nothing is to be seen of it yet.
  const waiting = document.querySelector("[data-waiting]");
  let patience = 0;
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !waiting) return;
    clearTimeout(patience);
    patience = setTimeout(() => { waiting.hidden = false; waiting.textContent = "Still working on it…"; }, 1500);
  });
  window.addEventListener("pageshow", () => { clearTimeout(patience); if (waiting) waiting.hidden = true; });

  // A note is told once: an address that is copied, kept or loaded again does not say it to anybody else.
  const address = new URL(location.href);
  if (address.searchParams.has("note") || address.searchParams.has("going")) {
    address.searchParams.delete("note");
    address.searchParams.delete("going");
    history.replaceState(history.state, "", address);
  }

  const form = document.querySelector("form[data-autosave]");
  if (form) autosave(form);
  keys();
  picks();
  goOn();
  for (const boxes of document.querySelectorAll(".nhsuk-checkboxes")) find(boxes);

  function autosave(form) {
    const status = form.querySelector("[data-saved]");
    let timer = 0;
    let running = false;
    let again = false;

    for (const field of form.querySelectorAll("[data-conditional]")) {
      if (field.dataset.conditional === "hidden") field.hidden = true;
    }
    form.addEventListener("input", () => plan(900));
    form.addEventListener("change", (event) => plan(event.target.matches("input[type=radio], input[type=checkbox], select") ? 0 : 900));
    form.addEventListener("submit", () => clearTimeout(timer));

    function plan(wait) {
      clearTimeout(timer);
      timer = setTimeout(save, wait);
    }

    async function save() {
      if (running) { again = true; return; }
      running = true;
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { Accept: "application/json" } });
        const told = await answer.json();
        if (told.saved) {
          status.textContent = `Draft saved ${told.at}`;
          show(told.fields);
        } else {
          status.textContent = words(told.reason);
          showAll();
        }
      } catch {
        status.textContent = "Draft not saved: Carelane does not answer. What you typed is still here.";
        showAll();
      } finally {
        running = false;
        if (again) { again = false; plan(300); }
      }
    }

    // Without the server's word nobody knows what is asked for: then everything can be filled in, as without scripts.
    function showAll() {
      for (const field of form.querySelectorAll("[data-conditional]")) field.hidden = false;
    }

    function show(fields) {
      for (const [name, state] of Object.entries(fields)) {
        const field = form.querySelector(`[data-field="${CSS.escape(name)}"][data-conditional]`);
        if (!field) continue;
        field.hidden = !state.shown;
        const label = field.querySelector("legend, label");
        label.dataset.plain ||= label.textContent.trim().replace(/ \((optional|if it applies)\)$/, "");
        label.textContent = state.required ? label.dataset.plain : `${label.dataset.plain} (if it applies)`;
      }
    }
  }

  function words(reason) {
    if (reason === "signed-out") return "Draft not saved: your session has expired. Press Save draft to sign in; nothing is lost.";
    if (reason === "task-closed") return "Draft not saved: this task is closed. Press Save draft to see what happened.";
    return "Draft not saved just now. What you typed is still here.";
  }

  function keys() {
    const setting = "carelane.keys";
    let off = false;
    try { off = localStorage.getItem(setting) === "off"; } catch { /* storage may be forbidden */ }
    const box = document.querySelector("[data-keys-off]");
    if (box) {
      box.closest("[data-keys-setting]").hidden = false;
      box.checked = off;
      box.addEventListener("change", () => {
        off = box.checked;
        try { localStorage.setItem(setting, off ? "off" : "on"); } catch { /* it lasts for this page then */ }
      });
    }
    const rows = [...document.querySelectorAll("[data-list] [data-row]")];
    let current = -1;
    let before = "";

    document.addEventListener("keydown", (event) => {
      if (off || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      const last = before;
      before = event.key;
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "c") claim();
      else if (event.key === "x") pick();
      else if (event.key === "?") location.assign("/help/keyboard");
      else if (event.key === "w" && last === "g") location.assign("/work");
    });

    function move(by) {
      if (!rows.length) return;
      if (current >= 0) rows[current].classList.remove("is-current");
      current = Math.max(0, Math.min(rows.length - 1, current + by));
      rows[current].classList.add("is-current");
      rows[current].querySelector("a").focus();
    }

    function pick() {
      const box = current >= 0 && rows[current].querySelector("[data-pick]");
      if (box) box.click();
    }

    function claim() {
      const place = current >= 0 ? rows[current] : document.querySelector("[data-claim]");
      const button = place && place.querySelector("form button[type=submit], button");
      if (button) button.click();
    }
  }

  // A migration that somebody set going here goes on by itself, as long as it gets on; else a button does that.
  function goOn() {
    const rest = document.querySelector("form[data-go-on]");
    if (!rest) return;
    const setting = "carelane.go-on";
    try {
      if (sessionStorage.getItem(setting) === rest.dataset.goOn) return;
      sessionStorage.setItem(setting, rest.dataset.goOn);
    } catch { return; }
    setTimeout(() => rest.requestSubmit(), 500);
  }

  // Of many boxes, those with a word in them; what is ticked stays in sight.
  function find(boxes) {
    const all = [...boxes.querySelectorAll(".nhsuk-checkboxes__item")];
    if (all.length < 13) return;
    const label = document.createElement("label");
    const field = document.createElement("input");
    label.className = "find";
    field.type = "search";
    label.append("Show those that say", field);
    boxes.before(label);
    field.addEventListener("input", () => {
      const wish = field.value.trim().toLowerCase();
      for (const one of all) {
        one.hidden = !one.textContent.toLowerCase().includes(wish) && !one.querySelector("input").checked;
      }
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }

  // How many tasks are selected, for those who can't see all of them at once.
  function picks() {
    const told = document.querySelector("[data-picked]");
    const boxes = [...document.querySelectorAll("[data-pick]")];
    if (!told) return;
    const tell = () => {
      const count = boxes.filter((one) => one.checked).length;
      told.textContent = count ? `${count} selected` : "Select those that have a box.";
    };
    for (const box of boxes) box.addEventListener("change", tell);
    tell();
  }

  // Diagrams begin where the instance stands, go where a link of the page leads, and are as large as one likes.
  for (const box of document.querySelectorAll(".diagram")) {
    centre(box, box.querySelector(".cl-here") || box.querySelector(".cl-start"));
    zoom(box, box.previousElementSibling);
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#node-"]');
    const node = link && document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
    const box = node && node.closest(".diagram");
    if (!box) return;
    event.preventDefault();
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "center" });
    centre(box, node);
  });

  function centre(box, node) {
    if (!node) return;
    const outer = box.getBoundingClientRect();
    const inner = node.getBoundingClientRect();
    box.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
    box.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
  }

  // What was in the middle stays there, whatever the size.
  function zoom(box, buttons) {
    const picture = box.querySelector("svg");
    if (!picture || !buttons || !buttons.matches("[data-zoom]")) return;
    const [width, height] = [parseFloat(picture.getAttribute("width")), parseFloat(picture.getAttribute("height"))];
    const room = () => parseFloat(getComputedStyle(box).maxHeight) - (box.offsetHeight - box.clientHeight);
    const least = () => Math.min(1, box.clientWidth / width, room() / height);
    let scale = 1;
    buttons.hidden = false;
    buttons.addEventListener("click", (event) => {
      const button = event.target.closest("[data-zoom-to]");
      if (!button) return;
      const wish = { smaller: scale / 1.4, larger: scale * 1.4, whole: least(), full: 1 }[button.dataset.zoomTo];
      show(wish, box.clientWidth / 2, box.clientHeight / 2);
    });
    // Too small to be read: a click goes nearer, to that place.
    box.addEventListener("click", (event) => {
      if (scale >= 0.6 || event.target.closest("a")) return;
      const outer = box.getBoundingClientRect();
      show(1, event.clientX - outer.left, event.clientY - outer.top);
    });

    function show(wish, x, y) {
      const next = Math.min(2, Math.max(least(), wish));
      const [left, top] = [(box.scrollLeft + x) / scale, (box.scrollTop + y) / scale];
      picture.setAttribute("width", width * next);
      picture.setAttribute("height", height * next);
      box.scrollLeft = left * next - box.clientWidth / 2;
      box.scrollTop = top * next - box.clientHeight / 2;
      scale = next;
    }
  }
})();
