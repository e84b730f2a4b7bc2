/** The live page: takes over from the snapshot that the server rendered. */
import { connect } from "./feed.js";
import { lights } from "./lights.js";
import { isStill, motionButton, moved, roll } from "./motion.js";
import { draw, lastMinute } from "./series.js";
import "./room.js";
import { rowsOf, stream } from "./stream.js";
import { timeline } from "./timeline.js";

// A screen reader hears of new visits in sum, not of each.
const ANNOUNCE_EVERY = 30_000;
const STATES = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
  full: "Too many filters are open on this site; waiting for one to be closed",
  ended: "You can no longer see this site",
};

const live = document.querySelector("#live");
const headline = document.querySelector(".headline");
const rows = document.querySelector("#rows");
const empty = document.querySelector("#empty");
const pastRows = document.querySelector("#past-rows");
const pastEmpty = document.querySelector("#past-empty");
const back = document.querySelector("#return");
const state = document.querySelector("#state");
const pause = document.querySelector("#pause");
const panels = document.querySelector("#panels");
const countries = document.querySelector("#countries");
const countryTable = document.querySelector("#country-table");
const minutes = document.querySelector("#minutes");
const seconds = document.querySelector("#seconds");
const lately = document.querySelector("#lately");
const here = document.querySelector("#here");
const change = document.querySelector("#change");
const light = lights(document.querySelector(".live-map .map"));
const pageviews = document.querySelector("#pageviews");
const announcement = document.querySelector("#announcement");

// Ages are counted on the server's clock, which this one may differ from.
const clockAhead = Date.now() - Number(live.dataset.now);

let arrived = 0;
let bySecond = JSON.parse(live.dataset.seconds);
// What came last over the line, for the return from the past.
let latest = null;
let lineState = "connecting";
const shown = new Map();

const isPast = () => "past" in live.dataset;

const visits = stream({
  list: rows,
  pause,
  onShown(fresh) {
    if (fresh.length) {
      rows.hidden = false;
      empty.hidden = true;
    }
    arrived += fresh.length;
    if (!isPast() && !isStill()) for (const row of fresh) light(row.dataset.country);
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

const count = (number) => number.toLocaleString("en-GB");

function now(frame) {
  latest = frame;
  for (const figure of document.querySelectorAll(".live-pill [data-online]")) {
    figure.textContent = count(frame.everybody);
  }
  if (!isPast()) show(frame);
}

function show(frame) {
  roll(headline, frame.online, count);
  here.textContent = frame.here;
  change.textContent = frame.change;
  draw(minutes, frame.minutes);
  pageviews.textContent = `${count(frame.pageviews)} pageview${frame.pageviews === 1 ? "" : "s"}`;
  bySecond = frame.seconds;
  if (!isPast()) showSeconds();
  moved(panels, () => put(panels, frame.panels));
  put(countries, frame.map);
  put(countryTable, frame.countries);
}

/** Put HTML into an element where it differs from what was put there last. */
function put(element, html) {
  if (shown.get(element) === html) return;
  element.innerHTML = html;
  shown.set(element, html);
}

function showSeconds(second = Math.floor((Date.now() - clockAhead) / 1000)) {
  const counts = lastMinute(bySecond, second);
  draw(seconds, counts);
  lately.textContent = `${count(counts.reduce((sum, each) => sum + each, 0))} in the last minute`;
}

function showState() {
  if (isPast()) return;
  state.textContent = STATES[lineState];
  state.dataset.state = lineState;
}

/* Winding back: the line goes on below, so that the return is at once. */

function showMoment({ now: frame, html, clock, moment }) {
  live.dataset.past = "";
  back.hidden = false;
  pause.hidden = true;
  state.textContent = clock;
  state.dataset.state = "past";
  show(frame);
  showSeconds(Math.floor(moment / 1000));
  pastRows.replaceChildren(...rowsOf(html));
  pastEmpty.hidden = pastRows.childElementCount > 0;
  pastRows.hidden = !pastEmpty.hidden;
}

function showNow() {
  delete live.dataset.past;
  back.hidden = true;
  pause.hidden = false;
  showState();
  if (latest) show(latest);
  showSeconds();
  showAges();
}

function showFailure() {
  state.textContent = "That moment could not be fetched; perhaps the connection is down";
  state.dataset.state = "reconnecting";
  if (!isPast()) back.hidden = false;
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

/* A click on a ranked row adds its filter to those that hold. */
panels.addEventListener("click", (event) => {
  const row = event.target.closest("a[href]");
  if (!row || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const target = new URL(location.href);
  const filter = new URL(row.href).searchParams.get("f");
  if (!target.searchParams.getAll("f").includes(filter)) target.searchParams.append("f", filter);
  location.assign(target);
});

pause.hidden = isPast();
document.querySelector("#rewind").hidden = false;
motionButton(document.querySelector("#motion"));

setInterval(showAges, 1000);
setInterval(() => isPast() || showSeconds(), 1000);
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
    lineState = name;
    showState();
  },
});

timeline({
  slider: document.querySelector("#timeline"),
  back,
  at: live.dataset.at,
  clockAhead,
  moment: Number(live.dataset.moment),
  onMoment: showMoment,
  onNow: showNow,
  onFailed: showFailure,
});
