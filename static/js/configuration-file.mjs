// The configuration file that a client's software reads, put together where the private key is.
// onboarding/clients/configuration_file.py gives the same text for the same input; a test holds
// the two together.

const MEMBERS = [
  "alg", "crv", "d", "dp", "dq", "e", "kid", "kty", "n", "p", "q", "qi", "x", "y",
];

/**
 * Return the file as `{name, text}`.
 *
 * `file` is what the page carries as JSON: `{name, content}` of clients.queries.blank_file().
 * `privateJwk` is the private JWK, an object with `alg` and `kid` in it; members that are nobody
 * else's business (`ext`, `key_ops`) are left out. `expiresAt` is when the key goes out, as
 * ISO 8601 text or a Date. Nothing is sent anywhere.
 */
export function build(file, privateJwk, expiresAt) {
  const members = MEMBERS.filter((name) => privateJwk[name] !== undefined);
  const jwk = JSON.stringify(Object.fromEntries(members.map((name) => [name, privateJwk[name]])));
  const secret = privateJwk.kty === "RSA"
    ? rsaSecret(privateJwk, expiresAt)
    : { secretType: "private_key_jwt:EcPrivateKeyJwtSecret" };
  const content = { ...file.content, ...secret, privateJwk: jwk };
  return { name: file.name, text: `${JSON.stringify(content, null, 2)}\n` };
}

/** Offer the file to the person: the browser's own download. */
export function save({ name, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it late
}

function rsaSecret(jwk, expiresAt) {
  return {
    secretType: "private_key_jwt:RsaPrivateKeyJwtSecret",
    rsaPrivateKey: keyValue(jwk),
    rsaKeyExpiryDate: day(expiresAt),
    rsaKeySizeBits: bits(octets(jwk.n)),
  };
}

/** .NET's XML form. It wants each number at full length, which a JWK need not have. */
function keyValue(jwk) {
  const size = octets(jwk.n).length;
  const half = Math.ceil(size / 2);
  const parts = [
    ["Modulus", jwk.n, size], ["Exponent", jwk.e, 0],
    ["P", jwk.p, half], ["Q", jwk.q, half],
    ["DP", jwk.dp, half], ["DQ", jwk.dq, half],
    ["InverseQ", jwk.qi, half], ["D", jwk.d, size],
  ];
  const xml = parts.map(([tag, value, length]) => `<${tag}>${padded(value, length)}</${tag}>`);
  return `<RSAKeyValue>${xml.join("")}</RSAKeyValue>`;
}

function octets(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function padded(base64url, length) {
  const value = octets(base64url);
  const full = new Uint8Array(Math.max(length, value.length));
  full.set(value, full.length - value.length);
  return btoa(String.fromCharCode(...full));
}

function bits(value) {
  return value.length * 8 - Math.clz32(value[0]) + 24;
}

// The day in UTC: never later than the day on which the key goes out.
function day(expiresAt) {
  const [year, month, date] = new Date(expiresAt).toISOString().slice(0, 10).split("-");
  return `${date}.${month}.${year}`;
}
