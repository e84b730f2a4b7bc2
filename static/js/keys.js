/** Keys: what names a key in data-key is chosen by it; "?" tells which keys there are. */

const busy = "input, textarea, select, [contenteditable], [role=group], dialog";

function open(element) {
  if (element.localName !== "summary") {
    element.click();
    return;
  }
  element.parentElement.open = true;
  element.parentElement.querySelector("input:not([type=hidden]), select, a")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest(busy) || document.querySelector("dialog[open]")) return;
  const search = document.querySelector("input[type=search]");
  const named = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (event.key === "?") document.querySelector("#keys")?.showModal();
  else if (event.key === "/" && search) search.focus();
  else if (named) open(named);
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest(".js-keys")) document.querySelector("#keys").showModal();
});
