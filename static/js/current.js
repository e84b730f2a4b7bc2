/**
 * A report whose period goes on: its figures and lists are fetched again as visits arrive. What the
 * person points at or has the keyboard in stays as it is until they are done with it.
 */
import { connect } from "./feed.js";
import "./room.js";

const LEAST = 3_000;
// A server that takes long is asked less often.
const REST = 4;
const WITHOUT_SOCKET = 30_000;

let stale = false;
let busy = false;
let next = 0;

const report = () => document.querySelector("#report");
const isPaused = () => document.querySelector(".js-current")?.getAttribute("aria-pressed") !== "true";
const inUse = (part) => part.matches(":hover") || part.contains(document.activeElement);
const parts = () => [...document.querySelectorAll("#report .part[data-current]")];

async function refresh() {
  if (!stale || busy || isPaused() || document.hidden || Date.now() < next) return;
  const free = parts().filter((part) => !inUse(part));
  if (!free.length) return;
  stale = free.length < parts().length;
  busy = true;
  const began = Date.now();
  for (const part of free) {
    // Another report may have come meanwhile.
    if (part.isConnected) await fetchInto(part).catch(() => (stale = true));
  }
  busy = false;
  next = Date.now() + Math.max(LEAST, REST * (Date.now() - began));
}

async function fetchInto(part) {
  const answer = await fetch(part.dataset.current, { headers: { "HX-Request": "true" } }).catch(() => null);
  // Whoever was signed out meanwhile is led to another page.
  const html = answer?.ok && !answer.redirected ? await answer.text() : "";
  if (!html || !part.isConnected || inUse(part)) {
    stale = true;
    return;
  }
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.firstElementChild;
  part.replaceWith(fresh);
  window.htmx.process(fresh);
}

function online(count) {
  for (const figure of document.querySelectorAll("[data-online]")) figure.textContent = count;
}

const socket = report()?.dataset.socket;
if (socket) {
  let pageviews;
  connect({
    url: socket,
    onMessage(frame) {
      if (frame.type === "visits" && frame.ids.length) stale = true;
      // All that a link is told.
      if (frame.type === "news") {
        stale = true;
        online(frame.online);
      }
      if (frame.type !== "now") return;
      online(frame.online);
      if (pageviews !== undefined && pageviews !== frame.pageviews) stale = true;
      pageviews = frame.pageviews;
    },
  });
} else {
  setInterval(() => (stale = true), WITHOUT_SOCKET);
}
setInterval(refresh, 500);

document.addEventListener("click", (event) => {
  const button = event.target.closest(".js-current");
  if (!button) return;
  const live = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!live));
  button.lastElementChild.textContent = live ? "Paused" : "Live";
});
