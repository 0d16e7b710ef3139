// Proves a key with its file, which stays on this machine: only a signature over the challenge that
// the page holds is sent. Its times are the server's, so a clock that is wrong here does no harm.

import { SignJWT, importJWK } from "../vendor/jose/jose.mjs";
import { readKey } from "./key-file.mjs";

document.querySelector("[data-key-proof]")?.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.elements.signature.value) return; // signed: let it go
  event.preventDefault();
  signFirst(form);
});

async function signFirst(form) {
  say(form, "");
  const [file] = form.querySelector("input[type=file]").files;
  if (!file) return say(form, "choose");
  const { alg, thumbprint } = form.dataset;
  const key = await readKey(await file.text(), [alg]);
  if (!key) return say(form, "unreadable");
  if (key.thumbprint !== thumbprint) return say(form, "other", nameOf(form, key.thumbprint));
  try {
    form.elements.signature.value = await sign(form.dataset, key.jwk);
  } catch {
    return say(form, "unreadable"); // a key that is broken, or that this browser cannot use
  }
  form.requestSubmit(); // comes here again, with a signature
}

async function sign({ alg, kid, type, audience, nonce, issued, expires }, jwk) {
  return new SignJWT({ nonce })
    .setProtectedHeader({ typ: type, alg, kid })
    .setAudience(audience)
    .setIssuedAt(Number(issued)).setExpirationTime(Number(expires))
    .sign(await importJWK({ ...jwk, alg }, alg));
}

/** What another of the client's keys is called; its thumbprint if it is none of them. */
function nameOf(form, thumbprint) {
  const others = [...form.querySelectorAll("[data-other]")];
  return others.find(({ dataset }) => dataset.other === thumbprint)?.value ?? thumbprint;
}

function say(form, what, name = "") {
  const place = form.querySelector("#proof-file-error");
  const field = form.querySelector("input[type=file]");
  place.textContent = what ? form.querySelector(`[data-says=${what}]`).content.textContent : "";
  const code = document.createElement("code");
  code.textContent = name;
  if (name) place.append(" ", code);
  place.hidden = !what;
  field.toggleAttribute("aria-invalid", Boolean(what));
  if (what) field.focus();
}
