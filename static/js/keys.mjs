// A new key: made here, so that the private half never leaves this machine. The other two ways are
// plain forms; for the one where the portal makes the key, the recipient's key is filled in.

import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "../vendor/jose/jose.mjs";
import { build, save } from "./configuration-file.mjs";
import { publicJwk } from "./keys-recipient.mjs";

const PUBLIC = ["kty", "n", "e", "crv", "x", "y"];

document.querySelector("[data-new-key]")?.addEventListener("submit", (event) => {
  const form = event.target;
  if (new FormData(form).get("way") !== "browser") return;
  event.preventDefault();
  make(form);
});

// Until now a click would have sent the form without what only a script can add: see portal.css.
for (const field of document.querySelectorAll("[data-recipient]")) {
  try {
    if (crypto.subtle) field.value = JSON.stringify(await publicJwk(field.dataset.recipient));
  } catch (error) {
    console.warn(error.name); // the server says what the field is for, and what else there is
  }
}
document.querySelectorAll("[data-script-first]").forEach((form) => {
  form.removeAttribute("data-script-first");
});

async function make(form) {
  const failed = document.getElementById("making-failed");
  failed.hidden = true;
  if (!crypto.subtle) {
    tell(failed, [failed.dataset.unsupported]);
    return;
  }
  const progress = document.getElementById("making");
  form.hidden = true;
  progress.hidden = false;
  try {
    const jwk = await privateJwk(form.elements.kind.value);
    const answer = await register(form, jwk);
    if (answer.errors) throw new Refusal(answer.errors);
    offer(jwk, answer);
  } catch (error) {
    form.hidden = false;
    tell(failed, error instanceof Refusal ? error.texts : [failed.dataset.unanswered]);
    if (!(error instanceof Refusal)) console.warn(error.name);
  } finally {
    progress.hidden = true;
  }
}

class Refusal extends Error {
  constructor(texts) {
    super("refused");
    this.texts = texts;
  }
}

function tell(region, texts) {
  region.replaceChildren(...texts.map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  }));
  region.hidden = false;
}

/** Make a key pair of a kind such as "PS256/3072" or "ES384"; return the private JWK. */
async function privateJwk(kind) {
  const [alg, bits] = kind.split("/");
  const options = bits ? { modulusLength: Number(bits) } : {};
  const pair = await generateKeyPair(alg, { extractable: true, ...options });
  const jwk = await exportJWK(pair.privateKey);
  return { ...jwk, alg, kid: await calculateJwkThumbprint(jwk, "sha256") };
}

/** Send the public half, and nothing else that is in the form's fields for keys. */
async function register(form, { alg, kid, ...members }) {
  const shown = Object.fromEntries(
    PUBLIC.filter((name) => name in members).map((name) => [name, members[name]]),
  );
  const body = new FormData(form);
  body.delete("file");
  body.set("public_key", JSON.stringify({ ...shown, alg, kid, use: "sig" }));
  const response = await fetch(form.action, {
    method: "POST", body, headers: { Accept: "application/json" },
  });
  return response.json();
}

function offer(jwk, { kid, expiresAt, next }) {
  const blank = JSON.parse(document.getElementById("configuration-file").textContent);
  const file = build(blank, jwk, expiresAt);
  const region = document.getElementById("made");
  const onwards = region.querySelector("[data-next]");
  region.querySelector("[data-kid]").textContent = kid;
  region.querySelector("[data-name]").textContent = file.name;
  onwards.href = next;
  const stay = (event) => event.preventDefault();
  window.addEventListener("beforeunload", stay); // the key is nowhere else
  region.querySelector("[data-download]").addEventListener("click", () => {
    save(file);
    window.removeEventListener("beforeunload", stay);
    onwards.hidden = false;
    region.querySelector("[data-wait]").hidden = true;
  });
  document.querySelector(".ds-error-summary")?.remove(); // of an earlier answer
  region.hidden = false;
  region.focus();
}
