/** The wall: a tile for each site, kept current over one socket; docs/wall.md describes its frames. */
import { connect } from "./feed.js";
import { television } from "./tv.js";

const BARS = 30;
const BAR_HEIGHT = 64;
const SMALLEST_BAR = 2;
// Sites change places no more often than a person can follow.
const ORDER_EVERY = 10_000;
const RENEW_AFTER = 10_000;
const STATES = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
  ended: "This wall is no longer shown",
};

const wall = document.querySelector("#wall");
const list = document.querySelector("#tiles");
const template = document.querySelector("#tile");
const state = document.querySelector("#state");
const empty = document.querySelector("#empty");
const leftOut = document.querySelector("#left-out");
const isShared = "shared" in wall.dataset;

// Ages are counted on the server's clock, which this one may differ from.
const clockAhead = Date.now() - Number(wall.dataset.now);

const tiles = new Map(); // by the sites' ids, in the person's order
const screen = television(list);

function makeTile({ id, domain }) {
  const tile = template.content.cloneNode(true).firstElementChild;
  const bars = tile.querySelector(".wall-bars");
  for (let place = 0; place < BARS; place += 1) {
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    bar.setAttribute("x", place * 10);
    bar.setAttribute("width", 7.5);
    bar.setAttribute("rx", 2);
    bars.append(bar);
  }
  bars.setAttribute("aria-label", `Pageviews of ${domain} in each of the last 30 minutes`);
  const link = tile.querySelector(".wall-site a");
  link.textContent = domain;
  tile.querySelector(".wall-site").title = domain;
  if (isShared) link.replaceWith(domain);
  else link.href = `/sites/${encodeURIComponent(domain)}/live`;
  return { id, domain, tile, online: 0, pageviews: 0, time: "", isNew: true };
}

function showSites(frame) {
  const before = new Map(tiles);
  tiles.clear();
  for (const site of frame.sites) {
    const known = before.get(site.id);
    tiles.set(site.id, known?.domain === site.domain ? known : makeTile(site));
  }
  empty.hidden = frame.sites.length > 0;
  leftOut.hidden = !frame.left_out;
  leftOut.querySelector("b").textContent = frame.left_out;
  arrange();
}

function arrange() {
  const sites = [...tiles.values()];
  if (wall.dataset.order === "busy") {
    sites.sort((a, b) => b.online - a.online || b.pageviews - a.pageviews);
  }
  screen.show(sites.map((site) => site.tile));
}

function fillAll(frame) {
  const found = frame.tiles.map((news) => tiles.get(news.id)).filter(Boolean);
  frame.tiles.forEach(fill);
  // A site that is seen for the first time finds its place at once.
  if (found.some((site) => site.isNew)) arrange();
  for (const site of found) site.isNew = false;
}

function fill(news) {
  const site = tiles.get(news.id);
  if (!site) return;
  const { tile } = site;
  Object.assign(site, { online: news.online, pageviews: news.pageviews, time: news.visit?.time ?? "" });
  tile.toggleAttribute("data-busy", news.online > 0);
  tile.querySelector(".wall-figure").textContent = news.online.toLocaleString("en-GB");
  const views = `${news.pageviews.toLocaleString("en-GB")} pageview${news.pageviews === 1 ? "" : "s"}`;
  tile.querySelector(".wall-views").textContent = views;
  drawBars(tile.querySelectorAll(".wall-bars rect"), news.minutes);
  tile.querySelector(".wall-top-page bdi").textContent = news.page || "–";
  showVisit(tile.querySelector(".wall-visit"), news.visit);
  showAge(site);
}

function drawBars(bars, minutes) {
  const highest = Math.max(...minutes, 1);
  bars.forEach((bar, place) => {
    const height = Math.max(SMALLEST_BAR, (BAR_HEIGHT * (minutes[place] ?? 0)) / highest);
    bar.setAttribute("height", height);
    bar.setAttribute("y", BAR_HEIGHT - height);
  });
}

function showVisit(line, visit) {
  const text = line.querySelector("bdi");
  const flag = line.querySelector(".flag");
  flag.hidden = !visit;
  text.classList.toggle("soft", !visit);
  if (!visit) {
    text.textContent = "No visit yet";
    return;
  }
  if (flag.getAttribute("src") !== visit.flag) flag.src = visit.flag;
  const words = [visit.place || "Unknown place", visit.path, visit.source || "Direct"];
  text.textContent = words.filter(Boolean).join(" · ");
  text.title = text.textContent;
}

function age(time) {
  const seconds = Math.floor((Date.now() - clockAhead - Date.parse(time)) / 1000);
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

function showAge({ tile, time }) {
  const text = time ? age(time) : "";
  const shown = tile.querySelector(".wall-age");
  if (shown.textContent !== text) shown.textContent = text;
}

/* A screen hangs there for months; after an upgrade it needs the new page, which may take a moment. */
function renew() {
  setTimeout(() => location.reload(), RENEW_AFTER);
}

setInterval(() => tiles.forEach(showAge), 1000);
setInterval(arrange, ORDER_EVERY);

connect({
  url: wall.dataset.socket,
  resume: false,
  onMessage(frame) {
    if (frame.type === "hello" && frame.script !== wall.dataset.script) renew();
    if (frame.type === "sites") showSites(frame);
    if (frame.type === "tiles") fillAll(frame);
  },
  onState(name) {
    state.textContent = STATES[name];
    state.dataset.state = name;
    // What nobody may see any more does not stay on a screen.
    if (name === "ended") screen.show([]);
  },
});
