// What both programs need: the registration from stdin, its key, and an account of what was sent.
import { text } from "node:stream/consumers";

const HASHES = { 256: "SHA-256", 384: "SHA-384", 512: "SHA-512" };
const NAMES = { RS: "RSASSA-PKCS1-v1_5", PS: "RSA-PSS", ES: "ECDSA" };

/** The registration: issuer, client_id, private_jwk, scope and api, an address. */
export async function registration() {
  return JSON.parse(await text(process.stdin));
}

/** The private key as the libraries take it. */
export async function signingKey(jwk) {
  const algorithm = {
    name: NAMES[jwk.alg.slice(0, 2)],
    hash: HASHES[jwk.alg.slice(2)],
    namedCurve: jwk.crv,
  };
  return { key: await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]), kid: jwk.kid };
}

export const rounds = [];

/** fetch, noting what each token request was answered. */
export async function noting(address, options) {
  const answer = await fetch(address, options);
  if (String(address).endsWith("/connect/token")) {
    const { error = "" } = await answer.clone().json();
    rounds.push([answer.status, error]);
  }
  return answer;
}

/** Say what came of it, or what was refused. */
export async function report(program) {
  let outcome;
  try {
    outcome = await program(await registration());
  } catch (problem) {
    if (problem.error === undefined) throw problem;
    outcome = { error: problem.error, description: problem.error_description };
  }
  process.stdout.write(JSON.stringify({ rounds, ...outcome }));
}
