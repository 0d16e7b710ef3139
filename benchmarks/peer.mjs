// npm oidc-provider with the same job as our token endpoint: client credentials, private_key_jwt,
// DPoP with a nonce, JWT access tokens signed RS256. Used assertions are remembered in memory.
// PORT says where to listen; CLIENTS is a JSON array of {client_id, alg, jwk}.
import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const port = Number(process.env.PORT);
const resource = "urn:measured:api";
const clients = JSON.parse(process.env.CLIENTS);
const { privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
const signing = { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "measured" };

const provider = new Provider(`http://localhost:${port}`, {
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
