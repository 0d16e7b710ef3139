// oauth4webapi, which leaves it to its caller to come again with the nonce.
import * as oauth from "oauth4webapi";
import { noting, report, signingKey } from "./common.mjs";

const insecure = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: noting };

async function discovered(issuer) {
  const answer = await oauth.discoveryRequest(new URL(issuer), insecure);
  return oauth.processDiscoveryResponse(new URL(issuer), answer);
}

async function comingAgain(attempt) {
  try {
    return await attempt();
  } catch (problem) {
    if (!oauth.isDPoPNonceError(problem)) throw problem;
    return attempt();
  }
}

await report(async (given) => {
  const server = await discovered(given.issuer);
  const client = { client_id: given.client_id };
  const typed = (header) => { header.typ = "client-authentication+jwt"; };
  const authentication = oauth.PrivateKeyJwt(await signingKey(given.private_jwk), {
    [oauth.modifyAssertion]: typed,
  });
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair(given.private_jwk.alg));
  const token = await comingAgain(async () => {
    const answer = await oauth.clientCredentialsGrantRequest(
      server, client, authentication, { scope: given.scope }, { ...insecure, DPoP },
    );
    return oauth.processClientCredentialsResponse(server, client, answer);
  });
  const answer = await oauth.protectedResourceRequest(
    token.access_token, "GET", new URL(given.api), undefined, undefined, { ...insecure, DPoP },
  );
  return { token, jkt: await DPoP.calculateThumbprint(), data: await answer.json() };
});
