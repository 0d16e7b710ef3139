// The key that a private key made by the portal is sealed to. It is made here, cannot be exported,
// and is kept under the client's id, so that it outlives a reload and a closed tab.

const DATABASE = "selvbetjening";
const STORE = "recipients";

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  return database.transaction(STORE, mode).objectStore(STORE);
}

/** Return this browser's private key for a client, or undefined where it has none. */
export async function privateKey(clientId) {
  return (await settled((await store("readonly")).get(clientId)))?.privateKey;
}

/** Return the public half of this browser's key for a client, as a JWK; make the key if need be. */
export async function publicJwk(clientId) {
  const kept = await settled((await store("readonly")).get(clientId));
  if (kept) return kept.jwk;
  const pair = await crypto.subtle.generateKey(
    { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"],
  );
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const made = { privateKey: pair.privateKey, jwk: { kty, crv, x, y } };
  await settled((await store("readwrite")).put(made, clientId));
  return made.jwk;
}

/** Forget this browser's key for a client: what it opens has been opened. */
export async function forget(clientId) {
  await settled((await store("readwrite")).delete(clientId));
}
