// Reading the private key in a file that somebody chooses. It stays in this page.

import { calculateJwkThumbprint, exportJWK, importPKCS8 } from "../vendor/jose/jose.mjs";

const ONE_OF_EACH_KIND = ["ES256", "ES384", "ES512", "RS256"];

/** The private key in a configuration file, a JWK or PKCS #8, with its thumbprint; null for none. */
export async function readKey(text, algs) {
  try {
    const jwk = text.includes("-----BEGIN") ? await fromPem(text, algs) : privateJwk(JSON.parse(text));
    return jwk?.d ? { jwk, thumbprint: await calculateJwkThumbprint(jwk) } : null;
  } catch {
    return null; // said on the page as "unreadable"
  }
}

/** PKCS #8 does not say its algorithm, and it can only be read as one: a registered key's, mostly. */
async function fromPem(text, algs) {
  for (const alg of [...algs, ...ONE_OF_EACH_KIND]) {
    try {
      return await exportJWK(await importPKCS8(text, alg, { extractable: true }));
    } catch {
      continue; // of another kind than this algorithm's keys
    }
  }
  return null;
}

function privateJwk(content) {
  const { privateJwk: held = content } = content;
  return typeof held === "string" ? JSON.parse(held) : held;
}
