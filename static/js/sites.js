/** The list of sites: dragging a card, or the arrow keys on its handle, moves it. */

const cards = () => [...document.querySelectorAll(".site")];

async function save() {
  const list = document.querySelector(".sites");
  const form = new FormData();
  for (const card of cards()) form.append("domain", card.dataset.domain);
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  await fetch(list.dataset.order, {
    method: "POST",
    body: form,
    headers: { "X-CSRFToken": token },
  }).catch(() => location.reload());
}

/* Where a dragged card would stand: before the first whose middle lies behind the pointer. */
function placeFor(x, y, moved) {
  return cards().find((card) => {
    if (card === moved) return false;
    const box = card.getBoundingClientRect();
    return y < box.top || (y < box.bottom && x < box.left + box.width / 2);
  });
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".site-grip");
  if (!grip || event.button !== 0) return;
  const card = grip.closest(".site");
  const before = cards();
  grip.setPointerCapture(event.pointerId);
  card.classList.add("site-moved");
  const move = ({ clientX, clientY }) => {
    const next = placeFor(clientX, clientY, card) ?? null;
    if (next !== card.nextElementSibling) card.parentElement.insertBefore(card, next);
  };
  grip.addEventListener("pointermove", move);
  const end = () => {
    grip.removeEventListener("pointermove", move);
    card.classList.remove("site-moved");
    if (cards().some((each, place) => each !== before[place])) save();
  };
  grip.addEventListener("lostpointercapture", end, { once: true });
});

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".site-grip");
  const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  if (!grip || !step) return;
  event.preventDefault();
  const card = grip.closest(".site");
  const other = step < 0 ? card.previousElementSibling : card.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(card);
  else other.after(card);
  grip.focus();
  save();
});
