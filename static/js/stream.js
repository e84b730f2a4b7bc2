/** A list of rows that come one after the other: the newest on top, held back while it is paused. */
const MOST_ROWS = 200;

/** The rows in a frame's HTML, newest first. */
export function rowsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

/**
 * Rules `list` with the button `pause`. `onShown(fresh)` is called with rows that were put into it.
 */
export function stream({ list, pause, onShown }) {
  let paused = false;
  let held = [];
  const heldChanges = new Map();

  function put(fresh) {
    if (!paused) return show(fresh);
    held = [...fresh, ...held].slice(0, MOST_ROWS);
    showPause();
  }

  function show(fresh) {
    for (const row of fresh) row.classList.add("new");
    list.prepend(...fresh);
    while (list.childElementCount > MOST_ROWS) list.lastElementChild.remove();
    onShown(fresh);
  }

  /** Have `apply(row)` change the row of that number, if it is still there. */
  function change(id, apply) {
    const waiting = held.find((row) => row.dataset.id === id);
    const row = waiting ?? list.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`);
    if (!row) return;
    if (paused && !waiting) heldChanges.set(id, apply);
    else apply(row);
  }

  function showPause() {
    const waiting = held.length >= MOST_ROWS ? `${MOST_ROWS}+` : held.length;
    pause.setAttribute("aria-pressed", paused);
    pause.textContent = paused ? `Resume${held.length ? ` · ${waiting} new` : ""}` : "Pause";
  }

  function clear() {
    list.replaceChildren();
    held = [];
    heldChanges.clear();
    showPause();
  }

  pause.addEventListener("click", () => {
    paused = !paused;
    if (!paused) {
      show(held);
      held = [];
      for (const [id, apply] of heldChanges) change(id, apply);
      heldChanges.clear();
    }
    showPause();
  });

  return { put, change, clear };
}
