// Fetching a key that the portal made: the sealed key comes once, and is opened here.

import { compactDecrypt } from "../vendor/jose/jose.mjs";
import { build, save } from "./configuration-file.mjs";
import { forget, privateKey } from "./keys-recipient.mjs";

/** Offer the fetch in the browser that the key is sealed to; say so in any other. */
async function prepare(region) {
  if (region.dataset.prepared) return;
  region.dataset.prepared = "yes";
  const form = region.querySelector("[data-deliver]");
  if (!form) return;
  const key = crypto.subtle && await privateKey(region.dataset.delivery);
  if (!key) {
    region.querySelector("[data-other-browser]").hidden = false;
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fetchKey(region, form, key);
  });
}

async function fetchKey(region, form, key) {
  form.hidden = true;
  const blank = JSON.parse(region.dataset.file); // before the key is fetched: that works once
  let response;
  try {
    response = await fetch(form.action, { method: "POST", body: new FormData(form) });
  } catch {
    region.querySelector("[data-undelivered]").hidden = false;
    return;
  }
  if (!response.ok) {
    location.reload(); // the page knows why: fetched already, run out, logged out
    return;
  }
  const { plaintext } = await compactDecrypt(await response.text(), key);
  const jwk = JSON.parse(new TextDecoder().decode(plaintext));
  const file = build(blank, jwk, region.dataset.expires);
  save(file);
  region.dataset.state = "ok";
  region.querySelector("[data-download]").addEventListener("click", () => save(file));
  region.querySelectorAll("[data-waiting]").forEach((element) => { element.hidden = true; });
  region.querySelectorAll("[data-fetched]").forEach((element) => { element.hidden = false; });
  await forget(region.dataset.delivery);
}

function prepareAll() {
  document.querySelectorAll("[data-delivery]").forEach(prepare);
}

prepareAll();
document.addEventListener("htmx:afterSettle", prepareAll);
