/** Sends a file in parts, each of which the server keeps: what breaks off goes on from there. */
import { tab } from "./feed.js";

const form = document.querySelector("form[data-upload]");
const field = form.querySelector("input[type=file]");
const kind = form.querySelector("select[name=kind]");
const error = form.querySelector("#file-error");
const button = form.querySelector("button");
// What only some kinds of files are asked.
const own = form.querySelectorAll("[data-for]");

const TRIES = 5;
const PAUSE_MS = 1000;
// So much of a file tells where it is from.
const HEAD_BYTES = 65536;

class Refused extends Error {}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function post(address, body) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, "X-Tab": tab };
  const response = await fetch(address, { method: "POST", body, headers });
  if (response.ok) return response.json();
  if (response.status !== 400) throw new Error(response.statusText);
  throw new Refused((await response.json()).error);
}

/** Tries again what the network or a server that restarts has broken off. */
async function patiently(work) {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await work();
    } catch (problem) {
      if (problem instanceof Refused || left <= 1) throw problem;
      await pause(PAUSE_MS);
    }
  }
}

function refresh() {
  document.querySelector("#imports").dispatchEvent(new Event("refresh"));
}

function showOwn() {
  for (const each of own) each.hidden = !each.dataset.for.split(" ").includes(kind.value);
}

async function send(file) {
  const about = { name: file.name, size: file.size, kind: kind.value };
  for (const each of own) {
    if (each.hidden) continue;
    const { name, value } = each.querySelector("input");
    about[name] = value;
  }
  const begun = await post(form.action, new URLSearchParams(about));
  refresh();
  const address = `${form.dataset.upload}/${begun.id}/part?offset=`;
  for (let done = 0; done < file.size; ) {
    const part = file.slice(done, done + begun.part);
    done = (await patiently(() => post(address + done, part))).done;
  }
  form.reset();
  showOwn();
  refresh();
}

/** Says where the file is from, unless a person does meanwhile. */
async function guess(file) {
  const before = kind.value;
  const address = `${form.dataset.upload}/guess?name=${encodeURIComponent(file.name)}`;
  try {
    const found = await post(address, file.slice(0, HEAD_BYTES));
    if (kind.value === before) kind.value = found.kind;
    showOwn();
  } catch {
    // Then a person has to.
  }
}

let guessed = null;
field.addEventListener("change", () => {
  guessed = field.files.length ? guess(field.files[0]) : null;
});

kind.addEventListener("change", showOwn);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  error.hidden = true;
  button.disabled = true;
  try {
    await guessed;
    await send(field.files[0]);
  } catch (problem) {
    error.textContent =
      problem instanceof Refused
        ? problem.message
        : "The server cannot be reached. Choose the same file again to go on.";
    error.hidden = false;
  }
  button.disabled = false;
});
