"use strict";

// Filters the scenarios, opens what a link leads to and copies commands. Nothing is made
// here: without it all content is there, and only the filter is missing.

const form = document.getElementById("filter");
const count = document.getElementById("count");
const sections = [...document.querySelectorAll("details.scenario")];
const rows = new Map();
for (const row of document.querySelectorAll("tr[data-for]")) {
  rows.set(row.dataset.for, row);
}

// The filter

const chosen = ["verdict", "defect", "tactic"];
const field = (name) => form.elements[name];

function has(list, value) {
  return value === "" || (list ?? "").split("\n").includes(value);
}

function matches(section) {
  const words = field("text").value.toLowerCase().split(/\s+/);
  return chosen.every((name) => has(section.dataset[name], field(name).value))
    && words.every((word) => section.dataset.text.includes(word));
}

function hideEmpty(selector, part) {
  for (const group of document.querySelectorAll(selector)) {
    const parts = [...group.querySelectorAll(part)];
    group.hidden = parts.length > 0 && parts.every((it) => it.hidden);
  }
}

function filter() {
  let shown = 0;
  for (const section of sections) {
    section.hidden = !matches(section);
    shown += section.hidden ? 0 : 1;
    const row = rows.get(section.id);
    if (row) row.hidden = section.hidden;
  }
  hideEmpty("section.suite", "details.scenario");
  hideEmpty("tbody:has(tr[data-for])", "tr[data-for]");
  document.getElementById("nothing").hidden = shown > 0 || sections.length === 0;
  count.textContent = `${shown} of ${count.dataset.all} scenarios`;
}

// The state of the filter is in the fragment of the address: `#verdict=fail&text=header`.

function save() {
  const state = new URLSearchParams();
  for (const name of [...chosen, "text"]) {
    if (field(name).value !== "") state.set(name, field(name).value);
  }
  const fragment = state.toString();
  history.replaceState(null, "", fragment === "" ? "#" : `#${fragment}`);
}

function load() {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const name of [...chosen, "text"]) {
    if (state.has(name)) field(name).value = state.get(name);
  }
}

function changed() {
  filter();
  try {
    save();
  } catch {
    // A browser may forbid it for a file; the filter works all the same.
  }
}

// Opens what a link leads to, and all around it.

function open(id) {
  const target = document.getElementById(id);
  if (!target) return;
  const section = target.closest("details.scenario");
  if (section?.hidden) {
    form.reset();
    filter();
  }
  for (let it = target.closest("details"); it; it = it.parentElement.closest("details")) {
    it.open = true;
  }
  const focused = target.matches("details") ? target.querySelector("summary") : target;
  focused.scrollIntoView();
  focused.focus({ preventScroll: true });
}

function follow() {
  const fragment = location.hash.slice(1);
  if (fragment.includes("=")) {
    load();
    filter();
  } else if (fragment !== "") {
    open(fragment);
  }
}

// Copies the command before a button.

async function copy(button) {
  const command = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(command.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(command);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

form.hidden = sections.length < 2;
document.documentElement.classList.toggle("filtered", !form.hidden);
form.addEventListener("input", changed);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(changed));
addEventListener("hashchange", follow);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  const link = event.target.closest("a[href^='#']");
  if (button) copy(button);
  // Also if the address has this fragment already.
  if (link) open(link.hash.slice(1));
});
for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
filter();
follow();
