/**
 * The form for filters: values as tokens, with suggestions as one types, the names of properties
 * with suggestions too, and further conditions.
 * Without this file the form still takes one value.
 */

const condition = (element) => element.closest(".condition");
const list = (input) => document.getElementById(input.getAttribute("aria-controls"));
const fieldOf = (option) => document.querySelector(`[aria-controls="${option.parentElement.id}"]`);
const options = (input) => [...list(input).querySelectorAll("[data-value]")];
const active = (input) => list(input).querySelector("[aria-selected=true]");
const isField = (element) => element.matches?.(".js-field");
const isName = (element) => element.matches(".js-property");
let asked = 0;

async function suggest(input) {
  const mine = ++asked;
  const url = new URL(input.form.dataset.suggestions, location.href);
  const [dimension, operator] = condition(input).querySelectorAll("select");
  const wanted = isName(input) ? dimension.value : dimensionOf(condition(input));
  if (!wanted) return;
  url.searchParams.set("dimension", wanted);
  url.searchParams.set("text", input.value);
  const answer = await fetch(url).catch(() => null);
  // Whoever was signed out meanwhile is led to another page.
  const html = answer?.ok && !answer.redirected ? await answer.text() : "";
  // A later one may have overtaken it.
  if (mine !== asked || document.activeElement !== input) return;
  list(input).innerHTML = html;
  show(input, Boolean(html));
  if (input.value && (isName(input) || operator.value.startsWith("is"))) choose(input, likely(input));
}

/* The dimension that values are of; none before a property has its name. */
function dimensionOf(fieldset) {
  const dimension = fieldset.querySelector("select");
  if (!dimension.selectedOptions[0].matches(".js-any-property")) return dimension.value;
  const name = fieldset.querySelector(".js-property").value;
  return name && dimension.value + name;
}

/* What was typed whole, else what most visitors have. */
function likely(input) {
  const typed = input.value.toLowerCase();
  const texts = (option) => [option.dataset.value, option.firstElementChild.textContent];
  const isTyped = (option) => texts(option).some((text) => text.toLowerCase() === typed);
  return options(input).find(isTyped) ?? options(input)[0];
}

function show(input, open) {
  list(input).hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (!open) input.removeAttribute("aria-activedescendant");
}

function choose(input, option) {
  active(input)?.setAttribute("aria-selected", "false");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.id ||= `${list(input).id}-${options(input).indexOf(option)}`;
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

function move(input, step) {
  const all = options(input);
  const at = all.indexOf(active(input));
  choose(input, all[(Math.max(at, step > 0 ? -1 : 0) + step + all.length) % all.length]);
}

function take(input, option) {
  if (isName(input)) return takeName(input, option);
  const token = condition(input).querySelector(".js-token").content.cloneNode(true);
  const name = option.firstElementChild.textContent;
  token.querySelector("input").value = option.dataset.value;
  token.querySelector(".clip").textContent = name;
  token.querySelector(".visually-hidden").textContent = `Remove ${name}`;
  input.closest(".tokens").insertBefore(token, input.previousElementSibling);
  input.value = "";
  show(input, false);
}

function takeName(input, option) {
  if (input.value !== option.dataset.value) forget(condition(input));
  input.value = option.dataset.value;
  show(input, false);
  condition(input).querySelector(".js-value").focus();
}

/* Values of another dimension mean nothing. */
function forget(fieldset) {
  for (const token of fieldset.querySelectorAll(".token")) token.remove();
}

function addCondition(form) {
  const number = form.querySelectorAll(".condition").length;
  const source = form.querySelector(".js-condition");
  const holder = document.createElement("div");
  holder.innerHTML = source.innerHTML.replaceAll('-new"', `-${number}"`);
  source.before(...holder.children);
  form.querySelector(`#dimension-${number}`).focus();
}

let waiting;
document.addEventListener("input", (event) => {
  if (!isField(event.target)) return;
  clearTimeout(waiting);
  waiting = setTimeout(suggest, 120, event.target);
});
/* A list stays when its field loses the focus: were it to go, a button would move under the pointer. */
document.addEventListener("focusin", (event) => {
  if (!isField(event.target)) return;
  for (const other of document.querySelectorAll(".js-field")) {
    if (other !== event.target) show(other, false);
  }
  suggest(event.target);
});

/* Before the field loses the focus to the list. */
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest(".option[data-value]");
  if (!option) return;
  event.preventDefault();
  take(fieldOf(option), option);
});

document.addEventListener("click", (event) => {
  const more = event.target.closest(".js-or");
  if (more) addCondition(more.form);
  const drop = event.target.closest(".js-drop");
  if (!drop) return;
  const field = condition(drop).querySelector(".js-value");
  drop.closest(".token").remove();
  field.focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[id^=dimension-], .js-property")) forget(condition(event.target));
});

/* Captured, so that Escape closes the list and not the menu around it. */
document.addEventListener(
  "keydown",
  (event) => {
    const input = event.target;
    if (!isField(input)) return;
    const open = !list(input).hidden;
    if (event.key === "Backspace" && !input.value && !isName(input)) {
      [...input.closest(".tokens").querySelectorAll(".token")].pop()?.remove();
    }
    if (!open) return;
    if (event.key === "ArrowDown") move(input, 1);
    else if (event.key === "ArrowUp") move(input, -1);
    else if (event.key === "Enter" && active(input)) take(input, active(input));
    else if (event.key === "Escape") show(input, false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
