/** Funnels and journeys: rows of steps that grow, and the page of a column that is open. */

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

document.addEventListener("click", (event) => {
  const more = event.target.closest(".js-more-steps");
  if (!more) return;
  const row = more.form.querySelector(".step-row[hidden]");
  if (!row) return;
  row.hidden = false;
  row.querySelector(".js-known").focus();
  more.hidden = !more.form.querySelector(".step-row[hidden]");
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
