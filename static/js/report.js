/** The report: what the browser keeps of it, and parts that could not be fetched. */

/* Nothing of a report is left in the browser's storage: going back asks the server. */
const htmx = window.htmx;
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;

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
