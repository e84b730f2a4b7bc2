/** The page of the snippet: waits for the site's first visit, which the server pushes. */
import { connect } from "./feed.js";

const box = document.querySelector("[data-feed]");
const waiting = box.querySelector("[data-waiting]");
const arrived = box.querySelector("[data-arrived]");
const trouble = box.querySelector("[data-trouble]");

const feed = connect({
  url: box.dataset.feed,
  onMessage(frame) {
    if (frame.empty === false || (frame.type === "visits" && frame.ids.length)) arrive();
  },
  onState(state) {
    trouble.hidden = state !== "reconnecting";
  },
});

function arrive() {
  feed.close();
  waiting.hidden = true;
  arrived.hidden = false;
  box.classList.add("wait-over");
}
