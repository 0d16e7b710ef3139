// Signs for a token test with a key file that stays on this machine: two client assertions, one for
// each side of the DPoP nonce round. Only they, and the id of the registered key, are sent.

import { SignJWT, calculateJwkThumbprint, exportJWK, importJWK, importPKCS8 } from "../vendor/jose/jose.mjs";

const LIFE_SECONDS = 60;
const ASSERTION_TYPE = "client-authentication+jwt";

document.addEventListener("submit", signFirst, true);

async function signFirst(event) {
  const form = event.target.closest("[data-token-test]");
  if (!form || form.elements.second.value) return; // signed already: let it go
  event.preventDefault();
  event.stopImmediatePropagation();
  say(form, "");
  const [file] = form.querySelector("input[type=file]").files;
  if (!file) return say(form, "choose");
  const registered = [...form.querySelectorAll("[data-registered]")];
  const key = await readKey(await file.text(), registered[0].dataset.alg);
  if (!key) return say(form, "unreadable");
  const mine = registered.find((row) => row.dataset.registered === key.thumbprint);
  if (!mine) return say(form, "other");
  form.elements.key.value = mine.value;
  form.elements.first.value = await assertion(form, key, mine);
  form.elements.second.value = await assertion(form, key, mine);
  form.requestSubmit(); // comes here again, with signatures
}

/** The private key in a configuration file, a JWK or PKCS #8, with its thumbprint; null for none. */
async function readKey(text, alg) {
  try {
    const jwk = text.includes("-----BEGIN")
      ? await exportJWK(await importPKCS8(text, alg, { extractable: true }))
      : privateJwk(JSON.parse(text));
    return jwk?.d ? { jwk, thumbprint: await calculateJwkThumbprint(jwk) } : null;
  } catch {
    return null; // said on the page as "unreadable"
  }
}

function privateJwk(content) {
  return typeof content.privateJwk === "string" ? JSON.parse(content.privateJwk) : content;
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
