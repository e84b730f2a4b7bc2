/**
 * What others change of the site: says who did what, and brings what the page shows of it up to date.
 *
 *   <div id="notes" data-room="note">…</div>          fetched anew with its page when a note changes
 *   <section data-room="note" data-url="…">…</section>  fetched by itself, from its own address
 *
 * What somebody has the keyboard in, or a menu that is open, stays as it is until they are done.
 * Forms are never touched: #changed offers to load them again.
 */
import { tab } from "./feed.js";
import { toast } from "./toast.js";

// Several changes at once, as after a break, are said in one sentence.
const TOGETHER = 200;
const RETRY = 500;

let heard = [];
let leaving = false;

const inUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");

async function fetched(part) {
  const url = part.dataset.url;
  const answer = await fetch(url ?? location.href, { headers: url ? { "HX-Request": "true" } : {} }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return url ? page.body.firstElementChild : page.getElementById(part.id);
}

async function refresh(part) {
  while (part.isConnected && inUse(part)) await new Promise((done) => setTimeout(done, RETRY));
  const fresh = part.isConnected ? await fetched(part) : null;
  if (!fresh || !part.isConnected) return;
  if (inUse(part)) return refresh(part);
  part.replaceWith(fresh);
  window.htmx?.process(fresh);
}

function offer(frame) {
  const line = document.querySelector("#changed");
  if (!line?.dataset.what.split(" ").includes(frame.what)) return;
  line.querySelector("span").textContent = frame.text;
  line.hidden = false;
}

function show() {
  const frames = heard;
  heard = [];
  if (leaving) return;
  const latest = frames.at(-1).text;
  toast(frames.length === 1 ? latest : `${frames.length} changes, the latest: ${latest}`);
  frames.forEach(offer);
  for (const what of new Set(frames.map((frame) => frame.what))) {
    document.querySelectorAll(`[data-room~="${what}"]`).forEach(refresh);
  }
}

document.addEventListener("footfall:change", (event) => {
  if (!heard.length) setTimeout(show, TOGETHER);
  heard.push(event.detail);
});

/* Whoever sends a form gets a new page, which says what was done. */
document.addEventListener("submit", (event) => {
  leaving = !event.defaultPrevented;
});
addEventListener("pageshow", () => (leaving = false));

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Tab"] = tab;
});
