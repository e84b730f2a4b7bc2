/** Chooses the browser's time zone in a form that nobody has filled in yet. */
const select = document.querySelector("select[data-browser-timezone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (select && [...select.options].some((option) => option.value === zone)) select.value = zone;
