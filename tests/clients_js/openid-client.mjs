// openid-client as its documentation shows it; only http on this machine needs leave.
import * as client from "openid-client";
import { noting, report, signingKey } from "./common.mjs";

await report(async (given) => {
  const key = await signingKey(given.private_jwk);
  const config = await client.discovery(
    new URL(given.issuer),
    given.client_id,
    {},
    client.PrivateKeyJwt(key),
    { execute: [client.allowInsecureRequests], [client.customFetch]: noting },
  );
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(given.private_jwk.alg));
  const token = await client.clientCredentialsGrant(config, { scope: given.scope }, { DPoP });
  const answer = await client.fetchProtectedResource(
    config, token.access_token, new URL(given.api), "GET", undefined, undefined, { DPoP },
  );
  return { token, jkt: await DPoP.calculateThumbprint(), data: await answer.json() };
});
