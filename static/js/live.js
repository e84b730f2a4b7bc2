/** The live page: takes over from the snapshot that the server rendered. */
import { connect } from "./feed.js";
import "./room.js";
import { rowsOf, stream } from "./stream.js";

const BAR_HEIGHT = 64;
const SMALLEST_BAR = 2;
// A screen reader hears of new visits in sum, not of each.
const ANNOUNCE_EVERY = 30_000;
const STATES = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
  ended: "You can no longer see this site",
};

const live = document.querySelector("#live");
const rows = document.querySelector("#rows");
const empty = document.querySelector("#empty");
const state = document.querySelector("#state");
const pause = document.querySelector("#pause");
const panels = document.querySelector("#panels");
const bars = document.querySelectorAll("#minutes rect");
const pageviews = document.querySelector("#pageviews");
const announcement = document.querySelector("#announcement");

// Ages are counted on the server's clock, which this one may differ from.
const clockAhead = Date.now() - Number(live.dataset.now);

let arrived = 0;
let shown = "";

const visits = stream({
  list: rows,
  pause,
  onShown(fresh) {
    if (fresh.length) empty.hidden = true;
    arrived += fresh.length;
    showAges();
  },
});

function grow({ id, html }) {
  visits.change(String(id), (row) => {
    for (const part of rowsOf(html)) {
      const shown = row.querySelector(`.${part.className}`);
      part.classList.add("grown");
      shown.replaceWith(part);
    }
  });
}

function now(frame) {
  for (const figure of document.querySelectorAll("[data-online]")) figure.textContent = frame.online;
  const highest = Math.max(...frame.minutes, 1);
  frame.minutes.forEach((count, number) => {
    const height = Math.max(SMALLEST_BAR, Math.round((BAR_HEIGHT * count) / highest));
    bars[number].setAttribute("height", height);
    bars[number].setAttribute("y", BAR_HEIGHT - height);
  });
  pageviews.textContent = `${frame.pageviews} pageview${frame.pageviews === 1 ? "" : "s"}`;
  if (shown !== frame.panels) {
    panels.innerHTML = frame.panels;
    shown = frame.panels;
  }
}

function age(time) {
  const seconds = Math.floor((Date.now() - clockAhead - Date.parse(time)) / 1000);
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

function showAges() {
  for (const time of rows.querySelectorAll("time")) {
    const text = age(time.dateTime);
    if (time.textContent !== text) time.textContent = text;
  }
}

function announce() {
  if (arrived) announcement.textContent = `${arrived} new visit${arrived === 1 ? "" : "s"}`;
  arrived = 0;
}

pause.hidden = false;

setInterval(showAges, 1000);
setInterval(announce, ANNOUNCE_EVERY);

connect({
  url: live.dataset.socket,
  cursor: Number(live.dataset.cursor),
  onMessage(frame) {
    if (frame.type === "visits") {
      visits.put(rowsOf(frame.html));
      for (const grown of frame.grown) grow(grown);
    }
    if (frame.type === "now") now(frame);
  },
  onState(name) {
    state.textContent = STATES[name];
    state.dataset.state = name;
  },
});
