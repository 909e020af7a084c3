// @azure/identity: tokens, and what is refused without one.
import assert from "node:assert/strict";
import { all, check, clientsOf, credential, ready, refused, run } from "./harness.mjs";

const GUEST = "66666666-6666-4666-8666-666666666666";

check("a secret gives a token for the endpoint", async () => {
  const token = await credential().getToken(`${ready.arm_endpoint.replace(/\/$/, "")}/.default`);
  assert.ok(token.expiresOnTimestamp > Date.now());
  assert.equal(token.token.split(".").length, 3);
});
check("a wrong secret is refused", async () => {
  const scope = `${ready.arm_endpoint.replace(/\/$/, "")}/.default`;
  await assert.rejects(credential(ready.client_id, "wrong").getToken(scope), /AADSTS7000215/);
});
check("a token of another audience is refused", async () => {
  const other = { getToken: () => credential().getToken("https://vault.azure.net/.default") };
  await assert.rejects(clientsOf(other).resources.resourceGroups.get("rg-network"));
});
check("a reader may read and not write", async () => {
  const guest = clientsOf(credential(GUEST, "rehearsal-secret")).resources.resourceGroups;
  assert.equal((await guest.get("rg-network")).name, "rg-network");
  await refused(guest.createOrUpdate("rg-network", { location: "westeurope" }), 403, "AuthorizationFailed");
  assert.ok(!(await all(guest.list())).some((each) => each.name === "rg-used"));
});
await run();
