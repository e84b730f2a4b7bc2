/** What every page needs: menus that close, the sheet of tools, buttons that copy. */
import { toast } from "./toast.js";

const tools = document.querySelector("#tools");
const opener = document.querySelector(".tools-open");

function showTools(open) {
  tools?.classList.toggle("open", open);
  opener?.setAttribute("aria-expanded", String(open));
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    toast("Copied");
  } catch {
    // The clipboard is closed to pages without https: select the text, so that a key copies it.
    getSelection().selectAllChildren(source);
    toast("Selected. Copy it with your keyboard");
  }
}

opener?.addEventListener("click", () => showTools(!tools.classList.contains("open")));

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  if (tools && !tools.contains(event.target) && !opener.contains(event.target)) showTools(false);
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  // What else has this key waits until nothing is open.
  if (menu || tools?.classList.contains("open")) event.preventDefault();
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (tools?.classList.contains("open")) {
    showTools(false);
    opener.focus();
  }
});
