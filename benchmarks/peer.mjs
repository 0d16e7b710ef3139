// npm oidc-provider with the same job as our token endpoint: client credentials, private_key_jwt,
// DPoP with a nonce, JWT access tokens signed RS256. PORT says where to listen; CLIENTS is a JSON
// array of {client_id, alg, jwk}. Used assertions and proofs are remembered in the PostgreSQL of
// DATABASE_URL as they are by us; without it in the memory of the process, the last thousand only.
import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import pg from "pg";

const port = Number(process.env.PORT);
const resource = "urn:measured:api";
const clients = JSON.parse(process.env.CLIENTS);
const { privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
const signing = { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "measured" };

// Replay detection is all that this job stores: its access tokens are JWTs.
class Durable {
  async find(id) {
    const { rows } = await pool.query({
      name: "find",
      text: "SELECT payload FROM peer_replay WHERE id = $1 AND until > now()",
      values: [id],
    });
    return rows[0]?.payload;
  }

  async upsert(id, payload, seconds) {
    await pool.query({
      name: "upsert",
      text:
        "INSERT INTO peer_replay (id, payload, until) VALUES ($1, $2, now() + $3 * interval '1 second') " +
        "ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, until = excluded.until",
      values: [id, payload, seconds],
    });
  }
}

const url = process.env.DATABASE_URL;
const pool = url && new pg.Pool({ connectionString: url, max: 8 });
if (pool) {
  await pool.query(
    "CREATE TABLE IF NOT EXISTS peer_replay (id text PRIMARY KEY, payload jsonb, until timestamptz)",
  );
}

const provider = new Provider(`http://localhost:${port}`, {
  ...(pool && { adapter: Durable }),
  jwks: { keys: [signing] },
  clients: clients.map(({ client_id, alg, jwk }) => ({
    client_id,
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
    scope: "measured",
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: alg,
    dpop_bound_access_tokens: true,
    jwks: { keys: [jwk] },
  })),
  clientAuthMethods: ["private_key_jwt"],
  scopes: ["measured"],
  enabledJWA: {
    clientAuthSigningAlgValues: ["RS256", "PS256", "ES384"],
    dPoPSigningAlgValues: ["RS256", "PS256", "ES384"],
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        scope: "measured",
        audience: resource,
        accessTokenTTL: 600,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});

provider.listen(port, "127.0.0.1", () => console.log("ready"));
