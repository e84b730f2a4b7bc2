/** The report: reading single values off the chart, and parts that could not be fetched. */

/* Nothing of a report is left in the browser's storage: going back asks the server. */
const htmx = window.htmx;
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;

/* The chart. Its table holds the values; the pointer and the arrow keys move the cursor. */

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

function nearest(area, clientX) {
  const box = area.getBoundingClientRect();
  const last = rows(area).length - 1;
  const place = Math.round(((clientX - box.left) / box.width) * last);
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

const chart = (event) => event.target.closest?.(".plot-area");

for (const moved of ["pointermove", "pointerdown"]) {
  document.addEventListener(moved, (event) => {
    const area = chart(event);
    if (area) showValue(area, nearest(area, event.clientX));
  });
}
document.addEventListener("pointerout", (event) => {
  const area = chart(event);
  if (area && !area.contains(event.relatedTarget)) hideValue(area);
});
document.addEventListener("focusout", (event) => chart(event) && hideValue(chart(event)));
document.addEventListener("keydown", (event) => {
  const area = chart(event);
  if (!area) return;
  if (event.key === "Escape") hideValue(area);
  const index = steps(area, event.key);
  if (index === undefined) return;
  event.preventDefault();
  showValue(area, index);
});

/* What could not be fetched is said where it would stand, with a button that tries again. */

function failed(event) {
  const { target, requestConfig } = event.detail;
  const part = target?.closest(".part");
  if (!part) {
    location.assign(requestConfig.path);
    return;
  }
  const body = document.querySelector("#failed-part").content.cloneNode(true);
  part.querySelector(".part-body").replaceWith(body);
  part.dataset.path = requestConfig.path;
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, failed);
}

/* A refusal carries its own sentence. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  const part = target.closest(".part");
  if (xhr.status !== 400 || !part) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  event.detail.target = part.querySelector(".part-body");
  part.dataset.path = requestConfig.path;
});

document.addEventListener("click", (event) => {
  const part = event.target.closest(".js-retry")?.closest(".part");
  if (part) htmx.ajax("GET", part.dataset.path, { target: part, swap: "outerHTML" });
});

/* After another report came, the sheet of tools closes and the keyboard goes on inside the report. */
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "report") return;
  document.querySelector("#tools").classList.remove("open");
  document.querySelector(".tools-open").setAttribute("aria-expanded", "false");
  if (document.activeElement === document.body) {
    document.querySelector("#report").focus({ preventScroll: true });
  }
});
