/** The line of pages that show nothing live but what others change, and who is online. */
import { connect } from "./feed.js";
import "./room.js";

connect({
  url: document.querySelector("#changed").dataset.line,
  resume: false,
  onMessage(frame) {
    if (frame.type !== "now") return;
    for (const figure of document.querySelectorAll("[data-online]")) figure.textContent = frame.online;
  },
  // What somebody types stays there.
  onSignedOut() {},
});
