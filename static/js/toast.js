/** Says something briefly at the foot of the page, to screen readers too. */
export function toast(text) {
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  document.querySelector(".toasts").append(line);
  setTimeout(() => line.remove(), 4000);
}
