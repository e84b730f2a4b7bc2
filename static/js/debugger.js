/** The ingest debugger: shows hits as they come, holds them while paused, sends one to try. */
import { connect } from "./feed.js";
import { rowsOf, stream } from "./stream.js";
import { toast } from "./toast.js";

// Accepting processes hear within a second that somebody watches.
const HEARD_AFTER = 1500;
// A screen reader hears of new hits in sum, not of each.
const ANNOUNCE_EVERY = 10_000;
const STATES = {
  connecting: "Connecting…",
  live: "Watching",
  reconnecting: "Reconnecting…",
  ended: "You can no longer see this site's hits",
};
const EMPTY = {
  all: ["Waiting for hits", ""],
  accepted: ["No accepted hit yet", "Those that come are shown here as they come."],
  dropped: ["No dropped hit yet", "Each hit since you opened this page was counted."],
};

const find = (id) => document.querySelector(`#${id}`);
const page = find("debugger");
const rows = find("rows");
const state = find("state");
const pause = find("pause");
const test = find("test");
const empty = find("empty");
const filters = [...document.querySelectorAll("[data-filter]")];
EMPTY.all[1] = find("empty-text").textContent;

let filter = "all";
let skipped = 0;
let arrived = 0;
let lostAt = null;
let hearing = null;

const isHit = (row) => row.dataset.verdict !== undefined;
const verdict = (row) => (row.dataset.verdict === "accepted" ? "accepted" : "dropped");

const hits = stream({
  list: rows,
  pause,
  onShown(fresh) {
    arrived += fresh.filter(isHit).length;
    show();
  },
});

/* Counts, the filter, and what stands in the place of rows. */
function show() {
  const counts = { all: 0, accepted: 0, dropped: 0 };
  for (const row of rows.children) {
    if (!isHit(row)) continue;
    counts.all += 1;
    counts[verdict(row)] += 1;
    row.hidden = filter !== "all" && verdict(row) !== filter;
  }
  for (const [name, count] of Object.entries(counts)) {
    document.querySelector(`[data-count="${name}"]`).textContent = count;
  }
  const [title, text] = EMPTY[filter];
  find("empty-title").textContent = title;
  find("empty-text").textContent = text;
  empty.hidden = counts[filter] > 0;
}

function skip(count) {
  skipped += count;
  const line = find("skipped");
  line.hidden = skipped === 0;
  line.textContent = `${skipped} more came too quickly to show`;
}

/* What came while the line was broken is nowhere: say so where it is missing. */
function showGap() {
  const gap = find("gap").content.firstElementChild.cloneNode(true);
  const clock = (time) => time.toLocaleTimeString([], { timeStyle: "medium" });
  const text = `Not connected from ${clock(lostAt)} to ${clock(new Date())}: hits of that time are not shown`;
  gap.querySelector(".hits-gap-text").textContent = text;
  hits.put([gap]);
}

function showState(name) {
  state.textContent = STATES[name];
  state.dataset.state = name;
  clearTimeout(hearing);
  if (name === "live") {
    if (lostAt) showGap();
    lostAt = null;
    hearing = setTimeout(() => (test.disabled = false), HEARD_AFTER);
  } else {
    if (name === "reconnecting") lostAt ??= new Date();
    test.disabled = true;
  }
}

async function sendTest() {
  const { domain, endpoint } = page.dataset;
  const hit = { n: "pageview", d: domain, u: page.dataset.page, w: screen.width };
  test.disabled = true;
  try {
    const answer = await fetch(endpoint, {
      method: "POST",
      body: JSON.stringify(hit),
      credentials: "omit",
    });
    toast(answer.ok ? "Test hit sent" : `The server answered ${answer.status}`);
  } catch {
    toast("The test hit could not be sent");
  }
  test.disabled = state.dataset.state !== "live";
}

test.addEventListener("click", sendTest);

find("clear").addEventListener("click", () => {
  hits.clear();
  skipped = 0;
  skip(0);
  show();
});

for (const button of filters) {
  button.addEventListener("click", () => {
    filter = button.dataset.filter;
    for (const each of filters) each.setAttribute("aria-pressed", each === button);
    show();
  });
}

setInterval(() => {
  if (arrived) find("announcement").textContent = `${arrived} new hit${arrived === 1 ? "" : "s"}`;
  arrived = 0;
}, ANNOUNCE_EVERY);

connect({
  url: page.dataset.socket,
  onMessage(frame) {
    if (frame.type !== "hits") return;
    hits.put(rowsOf(frame.html));
    skip(frame.skipped);
  },
  onState: showState,
});
