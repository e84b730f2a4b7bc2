/** Funnels and journeys: rows of steps that come, go and move; the page of a column that is open. */

function kindChanged(select) {
  const row = select.closest(".step-row");
  const value = row.querySelector(".js-known");
  value.setAttribute("list", `known-${select.value}`);
  value.hidden = select.value === "edge";
  row.querySelector(".js-props").hidden = select.value !== "event";
}

document.addEventListener("change", (event) => {
  if (event.target.matches(".js-kind")) kindChanged(event.target);
});

/* Rows stay where they are, numbered as they are sent: what they say moves. */
const rowsOf = (form) => [...form.querySelectorAll(".step-rows > .step-row")];
const fieldsOf = (row) => [...row.querySelectorAll("select, input")];
const said = (row) => fieldsOf(row).map((field) => field.value);
const NOTHING = ["page", "", ""];

function say(row, values) {
  fieldsOf(row).forEach((field, number) => (field.value = values[number]));
  kindChanged(row.querySelector(".js-kind"));
}

function addStep(form) {
  const row = rowsOf(form).find((each) => each.hidden);
  row.hidden = false;
  row.querySelector(".js-known").focus();
  fit(form);
}

function moveUp(row) {
  const before = row.previousElementSibling;
  const values = said(before);
  say(before, said(row));
  say(row, values);
  before.querySelector(".js-known").focus();
}

/* Those after it come one row up; a form keeps two rows. */
function removeStep(row) {
  const shown = rowsOf(row.closest("form")).filter((each) => !each.hidden);
  for (let at = shown.indexOf(row); at < shown.length; at += 1) {
    say(shown[at], shown[at + 1] ? said(shown[at + 1]) : NOTHING);
  }
  shown.at(-1).hidden = shown.length > 2;
  (row.hidden ? shown.at(-2) : row).querySelector(".js-known").focus();
  fit(row.closest("form"));
}

function fit(form) {
  form.querySelector(".js-more-steps").hidden = rowsOf(form).every((row) => !row.hidden);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".js-more-steps, .js-step-up, .js-step-remove");
  if (!button) return;
  if (button.matches(".js-more-steps")) addStep(button.form);
  else if (button.matches(".js-step-up")) moveUp(button.closest(".step-row"));
  else removeStep(button.closest(".step-row"));
});

/* The column after a page comes; the column that the page is in stays, and shows which one it was. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest(".journey a.row");
  if (!row) return;
  for (const other of row.closest(".rows").querySelectorAll("[aria-current]")) {
    other.removeAttribute("aria-current");
  }
  row.setAttribute("aria-current", "true");
});

/* The column that was asked for comes where it can be seen. */
document.addEventListener("htmx:afterSettle", (event) => {
  const { elt, requestConfig } = event.detail;
  if (!requestConfig?.elt.matches(".journey a.row")) return;
  const column = elt.matches(".journey-stops") ? elt : elt.querySelector(".journey-stops");
  column?.scrollIntoView({ inline: "nearest", block: "nearest" });
});
