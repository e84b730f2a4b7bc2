/**
 * The chart. Its table holds the values; the pointer and the arrow keys move the cursor. Dragging, or
 * the arrow keys with Shift and then Enter, chooses a period.
 */


function rows(area) {
  return [...area.closest(".plot").querySelectorAll("tbody tr")];
}

function line(text, tag = "span") {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function showValue(area, index) {
  const row = rows(area)[index];
  if (!row) return;
  area.dataset.index = index;
  const x = `${row.dataset.x}%`;
  const cursor = area.querySelector(".plot-cursor");
  const mark = area.querySelector(".plot-mark");
  cursor.setAttribute("x1", x);
  cursor.setAttribute("x2", x);
  cursor.setAttribute("visibility", "visible");
  mark.setAttribute("cx", x);
  mark.setAttribute("cy", row.dataset.y ?? 0);
  mark.setAttribute("visibility", row.dataset.y ? "visible" : "hidden");
  showTip(area, row);
}

function showTip(area, row) {
  const tip = area.querySelector(".plot-tip");
  const [time, now, past] = row.cells;
  const metric = area.closest(".plot").querySelector("thead th:nth-child(2)").textContent;
  tip.replaceChildren(line(time.textContent), line(`${metric}: ${now.textContent}`, "b"));
  if (past?.textContent) tip.append(line(past.textContent));
  tip.hidden = false;
  const at = (Number(row.dataset.x) / 100) * area.clientWidth;
  const left = at + tip.offsetWidth + 12 > area.clientWidth ? at - tip.offsetWidth - 12 : at + 12;
  tip.style.left = `${Math.max(0, left)}px`;
}

function hideValue(area) {
  delete area.dataset.index;
  area.querySelector(".plot-tip").hidden = true;
  for (const part of area.querySelectorAll(".plot-cursor, .plot-mark")) {
    part.setAttribute("visibility", "hidden");
  }
}

/* Points go from edge to edge, bars stand beside each other: the first and the last tell which. */
function nearest(area, clientX) {
  const box = area.getBoundingClientRect();
  const all = rows(area);
  const last = all.length - 1;
  const [left, right] = [all[0], all[last]].map((row) => Number(row.dataset.x));
  const at = (100 * (clientX - box.left)) / box.width;
  const place = last ? Math.round(((at - left) / (right - left)) * last) : 0;
  return Math.min(last, Math.max(0, place));
}

function steps(area, key) {
  const last = rows(area).length - 1;
  const index = Number(area.dataset.index ?? -1);
  return {
    ArrowRight: Math.min(last, index + 1),
    ArrowLeft: index < 0 ? last : Math.max(0, index - 1),
    Home: 0,
    End: last,
  }[key];
}

/* A chosen stretch, from the bucket where it began to the one under the cursor. */

function stretch(area) {
  const { from, index } = area.dataset;
  if (from === undefined || index === undefined || from === index) return null;
  return [Number(from), Number(index)].sort((a, b) => a - b);
}

function showStretch(area) {
  const box = area.querySelector(".plot-selection");
  const chosen = stretch(area);
  box.setAttribute("visibility", chosen ? "visible" : "hidden");
  if (!chosen) return;
  const [first, last] = chosen.map((index) => Number(rows(area)[index].dataset.x));
  box.setAttribute("x", `${first}%`);
  box.setAttribute("width", `${last - first}%`);
}

function dropStretch(area) {
  delete area.dataset.from;
  showStretch(area);
}

function openStretch(area) {
  const chosen = stretch(area);
  dropStretch(area);
  if (!chosen) return;
  const link = document.createElement("a");
  const url = new URL(area.dataset.url, location.href);
  url.searchParams.set("from", rows(area)[chosen[0]].dataset.from);
  url.searchParams.set("to", rows(area)[chosen[1]].dataset.to);
  link.href = url;
  // Among the links of the report, so that it is fetched as they are.
  document.querySelector(".report-head").append(link);
  window.htmx.process(link);
  link.click();
}

const chart = (event) => event.target.closest?.(".plot-area");

document.addEventListener("pointerdown", (event) => {
  const area = chart(event);
  if (!area) return;
  showValue(area, nearest(area, event.clientX));
  if (event.pointerType === "mouse" && event.button === 0) area.dataset.from = area.dataset.index;
});
document.addEventListener("pointermove", (event) => {
  const area = chart(event);
  if (!area) return;
  showValue(area, nearest(area, event.clientX));
  showStretch(area);
});
document.addEventListener("pointerup", () => {
  const area = document.querySelector(".plot-area[data-from]");
  if (area) openStretch(area);
});
document.addEventListener("pointerout", (event) => {
  const area = chart(event);
  if (area && !area.contains(event.relatedTarget) && !area.dataset.from) hideValue(area);
});
document.addEventListener("focusout", (event) => {
  const area = chart(event);
  if (!area) return;
  dropStretch(area);
  hideValue(area);
});
document.addEventListener("keydown", (event) => {
  const area = chart(event);
  if (!area) return;
  if (event.key === "Escape") {
    dropStretch(area);
    hideValue(area);
  }
  if (event.key === "Enter") openStretch(area);
  const index = steps(area, event.key);
  if (index === undefined) return;
  event.preventDefault();
  if (event.shiftKey) area.dataset.from ??= area.dataset.index ?? index;
  else dropStretch(area);
  showValue(area, index);
  showStretch(area);
});
