// Signs for a token test with a key file that stays on this machine: two client assertions, one for
// each side of the DPoP nonce round. Only they, and the id of the registered key, are sent.

import { SignJWT, importJWK } from "../vendor/jose/jose.mjs";
import { readKey } from "./key-file.mjs";

const LIFE_SECONDS = 60;
const ASSERTION_TYPE = "client-authentication+jwt";

document.addEventListener("submit", signFirst, true);

async function signFirst(event) {
  const form = event.target.closest("[data-token-test]");
  if (!form) return;
  if (form.elements.second.value) {
    setTimeout(() => forget(form)); // signed: let it go, once, for each signature is good for one use
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  say(form, "");
  const [file] = form.querySelector("input[type=file]").files;
  if (!file) return say(form, "choose");
  const registered = [...form.querySelectorAll("[data-registered]")];
  const algs = new Set(registered.map((row) => row.dataset.alg));
  const key = await readKey(await file.text(), algs);
  if (!key) return say(form, "unreadable");
  const mine = registered.find((row) => row.dataset.registered === key.thumbprint);
  if (!mine) return say(form, "other");
  const signed = await signatures(form, key, mine);
  if (!signed) return say(form, "unreadable");
  [form.elements.first.value, form.elements.second.value] = signed;
  form.elements.key.value = mine.value;
  form.requestSubmit(); // comes here again, with signatures
}

function forget(form) {
  for (const name of ["key", "first", "second"]) form.elements[name].value = "";
}

async function signatures(form, key, row) {
  try {
    return [await assertion(form, key, row), await assertion(form, key, row)];
  } catch {
    return null; // a key that is broken, or that this browser cannot use
  }
}

async function assertion(form, { jwk }, { dataset: { alg, kid } }) {
  const { client, issuer } = form.dataset;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg, kid, typ: ASSERTION_TYPE })
    .setIssuer(client).setSubject(client).setAudience(issuer)
    .setIssuedAt(now).setNotBefore(now).setExpirationTime(now + LIFE_SECONDS)
    .sign(await importJWK({ ...jwk, alg }, alg));
}

function say(form, what) {
  const place = form.querySelector("#test-file-error");
  const field = form.querySelector("input[type=file]");
  place.textContent = what ? form.querySelector(`[data-says=${what}]`).content.textContent : "";
  place.hidden = !what;
  field.toggleAttribute("aria-invalid", Boolean(what));
  if (what) field.focus();
}
