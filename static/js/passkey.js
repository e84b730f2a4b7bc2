/**
 * Passkeys: the browser makes or shows one, and the form sends what it answered.
 *
 * `data-passkey="create"` or `"get"`; the options are in #passkey-options or come from the form's
 * own address. What of a page needs passkeys stays hidden in a browser that has none.
 */
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form);
  });
}

async function answer(form) {
  const problem = form.querySelector("[role=alert]");
  problem.hidden = true;
  try {
    const credential = await ask(form.dataset.passkey, await optionsOf(form));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    // The browser says itself what went wrong, and not to pages why somebody turned back.
    problem.hidden = false;
    if (error.name !== "NotAllowedError") console.warn(error);
  }
}

async function optionsOf(form) {
  const here = document.querySelector("#passkey-options");
  if (here) return JSON.parse(here.textContent);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return response.json();
}

function ask(how, options) {
  if (how === "get") {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.request_options.publicKey);
    return navigator.credentials.get({ publicKey });
  }
  const json = options.creation_options.publicKey;
  // One that signs in alone: kept where it is made, and opened by its owner only.
  json.authenticatorSelection = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json) });
}
