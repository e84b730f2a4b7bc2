// A site's feed over a websocket that survives: after a break it connects again and goes on from
// the cursor, so that nothing is missed and nothing comes twice.
//
//   const feed = connect({url: "/ws/sites/example.com/feed", cursor: 17, onMessage, onState});
//   feed.close();
//
// `cursor` is the id up to which the page knows the feed; null begins with what comes next.
// `onMessage` gets each frame that the page has not seen, as docs/live.md describes them.
// `onState` gets "connecting", "live", "reconnecting", "full" or "ended"; full means that the site is
// watched by too many filters, ended that the person may not see it any more.
//
// `resume: false` is for lines that show the present alone: after a break they begin anew.
// `onSignedOut` is called when the session has ended; else the page is loaded again.
//
// What others changed of the site comes to the whole page, as the event "footfall:change".

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
// The server sends something every 30 seconds, so a line that is quiet for longer is dead.
const SILENCE = 45_000;
// The server closes a line with 200 frames that were not acknowledged.
const FRAMES_AN_ACK = 20;

const SIGNED_OUT = 4401;
const NO_ACCESS = 4404;
const BEHIND = 4408;
const TOO_MANY = 4429;

/** What stands for this tab among those of the same person, who is told only in the others. */
export const tab = Math.random().toString(36).slice(2);

// The last change of the site that this page knows.
let change = document.body.dataset.change;

export function connect({
  url,
  cursor = null,
  resume = true,
  onMessage,
  onState = () => {},
  onSignedOut = () => location.reload(),
}) {
  let socket = null;
  let attempts = 0;
  let unacknowledged = 0;
  let heard = 0;
  let timer = null;
  let ended = false;

  function address() {
    const target = new URL(url, location.href);
    target.protocol = target.protocol.replace("http", "ws");
    if (resume && cursor !== null) target.searchParams.set("cursor", cursor);
    if (change !== undefined) target.searchParams.set("change", change);
    target.searchParams.set("tab", tab);
    return target;
  }

  function open() {
    clearTimeout(timer);
    timer = null;
    heard = Date.now();
    unacknowledged = 0;
    const opened = new WebSocket(address());
    opened.onmessage = (event) => opened === socket && receive(JSON.parse(event.data));
    opened.onclose = (event) => opened === socket && closed(event.code);
    socket = opened;
  }

  function receive(frame) {
    heard = Date.now();
    if (frame.type === "reload") {
      stop();
      // Everybody may be told at once: come back spread over two seconds.
      setTimeout(() => location.reload(), Math.random() * 2000);
      return;
    }
    if (frame.type === "hello") {
      attempts = 0;
      cursor = frame.cursor;
      onState("live");
    } else if (frame.cursor !== undefined) {
      if (frame.cursor <= cursor) return;
      cursor = frame.cursor;
    }
    unacknowledged += 1;
    if (unacknowledged >= FRAMES_AN_ACK) {
      unacknowledged = 0;
      socket.send(JSON.stringify({ type: "ack", cursor }));
    }
    if (frame.type === "change") {
      change = frame.change;
      document.dispatchEvent(new CustomEvent("footfall:change", { detail: frame }));
    }
    onMessage(frame);
  }

  function closed(code) {
    socket = null;
    if (ended) return;
    if (code === SIGNED_OUT) {
      stop();
      onSignedOut();
    } else if (code === NO_ACCESS) {
      stop();
      onState("ended");
    } else {
      onState(code === TOO_MANY ? "full" : "reconnecting");
      timer = setTimeout(open, code === BEHIND ? 0 : wait());
    }
  }

  // Doubles with each attempt; chance spreads those who lost the same server.
  function wait() {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempts);
    attempts += 1;
    return longest / 2 + Math.random() * (longest / 2);
  }

  function drop() {
    const silent = socket;
    socket = null;
    silent.close();
    closed(0);
  }

  function wake() {
    if (document.visibilityState !== "visible") return;
    if (socket && Date.now() - heard > SILENCE) drop();
    if (timer !== null) open();
  }

  function stop() {
    ended = true;
    clearTimeout(timer);
    clearInterval(watchdog);
    for (const name of ["online", "pageshow"]) removeEventListener(name, wake);
    document.removeEventListener("visibilitychange", wake);
    socket?.close();
    socket = null;
  }

  const watchdog = setInterval(() => {
    if (socket && Date.now() - heard > SILENCE) drop();
  }, 5000);
  for (const name of ["online", "pageshow"]) addEventListener(name, wake);
  document.addEventListener("visibilitychange", wake);

  onState("connecting");
  open();
  return { close: stop };
}
