// Private keys stay on this machine: a field marked data-private-stop is emptied before anything
// of it is sent, and the sentence that field.html put beside it is shown. The server checks too.

const PEM = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const XML = /<(D|P|Q|DP|DQ|InverseQ)>[^<]+<\/\1>/;
const JWK_MEMBER = /"(d|p|q|dp|dq|qi|oth|k|priv)"\s*:/;
const KEY_STORES = /\.(p12|pfx|jks|keystore)$/i;
const LARGEST = 256 * 1024; // what the server takes at most

/** Say whether a text holds a private key: PEM, .NET XML, or a JWK or JWKS (also half a one). */
export function isPrivate(text) {
  return PEM.test(text) || XML.test(text) || (/"kty"\s*:/.test(text) && JWK_MEMBER.test(text));
}

const reading = new Map(); // file input -> promise of whether its files are fit to send

function watched(target) {
  return target instanceof Element ? target.closest("[data-private-stop]") : null;
}

function show(field, stopped) {
  const message = field.closest(".ds-field")?.querySelector("[data-private-stopped]");
  if (message) message.hidden = !stopped;
  if (stopped) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function empty(field) {
  field.value = "";
  field.dispatchEvent(new CustomEvent("emptied", { bubbles: true }));
  show(field, true);
  field.focus();
}

function checkText(field) {
  if (!isPrivate(field.value)) return true;
  empty(field);
  return false;
}

async function checkFiles(field) {
  for (const file of field.files) {
    const isStore = KEY_STORES.test(file.name);
    if (isStore || isPrivate(await file.slice(0, LARGEST).text())) {
      empty(field);
      return false;
    }
  }
  return true;
}

document.addEventListener("paste", (event) => {
  const field = watched(event.target);
  if (!field || !isPrivate(event.clipboardData?.getData("text") ?? "")) return;
  event.preventDefault();
  empty(field);
}, true);

document.addEventListener("input", (event) => {
  const field = watched(event.target);
  if (!field || field.type === "file") return;
  if (checkText(field) && field.value) show(field, false);
}, true);

document.addEventListener("change", (event) => {
  const field = watched(event.target);
  if (!field) return;
  if (field.type !== "file") {
    checkText(field);
    return;
  }
  show(field, false);
  reading.set(field, checkFiles(field));
}, true);

// In the capture phase, so that neither the browser nor htmx has begun to send.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const fields = [...form.querySelectorAll("[data-private-stop]")];
  const texts = fields.filter((field) => field.type !== "file");
  const pending = fields.filter((field) => reading.has(field));
  const clean = texts.map(checkText).every(Boolean);
  if (clean && pending.length === 0) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (clean) sendWhenRead(form, event.submitter, pending);
}, true);

async function sendWhenRead(form, submitter, fields) {
  const fit = await Promise.all(fields.map((field) => reading.get(field)));
  fields.forEach((field) => reading.delete(field));
  if (!fit.every(Boolean)) return;
  // A form takes no second submit while it still handles the first one.
  setTimeout(() => form.requestSubmit(submitter));
}
