// The log looks again by itself while something waits, but not while somebody reads in it.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "log" && event.target.querySelector("details[open]")) event.preventDefault();
});
