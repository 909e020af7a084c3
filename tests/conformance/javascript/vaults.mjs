// @azure/arm-recoveryservices: vaults, their identity, what a region and a vault offer.
import assert from "node:assert/strict";
import { all, check, clientsOf, LOCATION, pages, refused, run, SOON } from "./harness.mjs";

const { resources, vaults } = clientsOf();
const GROUP = "rg-vaults";
await resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
const wanted = { location: LOCATION, sku: { name: "RS0", tier: "Standard" }, properties: { publicNetworkAccess: "Enabled" } };

check("a vault is made and polled for", async () => {
  const poller = vaults.vaults.createOrUpdate(GROUP, "vault", { ...wanted, tags: { a: "b" } }, SOON);
  await poller.submitted();
  assert.equal(poller.isDone, false);
  const made = await poller.pollUntilDone();
  assert.deepEqual([made.tags.a, made.properties.provisioningState], ["b", "Succeeded"]);
});
check("a vault is made again as it is", async () => {
  const again = await vaults.vaults.createOrUpdate(GROUP, "vault", { ...wanted, tags: { a: "b" } }, SOON);
  assert.equal(again.properties.provisioningState, "Succeeded");
});
check("a vault gets its identity", async () => {
  await vaults.vaults.update(GROUP, "vault", { identity: { type: "SystemAssigned" } }, SOON);
  const { identity } = await vaults.vaults.get(GROUP, "vault");
  assert.deepEqual([identity.type, identity.principalId.length], ["SystemAssigned", 36]);
});
check("public access is closed", async () => {
  const closed = await vaults.vaults.update(GROUP, "vault", { properties: { publicNetworkAccess: "Disabled" } }, SOON);
  assert.equal(closed.properties.publicNetworkAccess, "Disabled");
});
check("vaults are listed in pages", async () => {
  for (const name of ["second", "third"]) await vaults.vaults.createOrUpdate(GROUP, name, wanted, SOON);
  assert.equal((await all(vaults.vaults.listByResourceGroup(GROUP))).length, 3);
  assert.ok((await pages(vaults.vaults.listBySubscriptionId())) >= 2);
});
check("a list is thinner than a vault", async () => {
  const [listed] = await all(vaults.vaults.listByResourceGroup(GROUP));
  assert.equal(listed.properties.redundancySettings, undefined);
  assert.ok((await vaults.vaults.get(GROUP, listed.name)).properties.redundancySettings);
});
check("a vault that is not there", async () => {
  await refused(vaults.vaults.get(GROUP, "none"), 404, "ResourceNotFound");
});
check("a vault in no group", async () => {
  await refused(async () => await vaults.vaults.createOrUpdate("rg-nowhere", "v", wanted, SOON), 404, "ResourceGroupNotFound");
});
check("a vault in no region", async () => {
  const call = async () => await vaults.vaults.createOrUpdate(GROUP, "v", { ...wanted, location: "atlantis" }, SOON);
  await refused(call, 400, "LocationNotAvailableForResourceType");
});
check("a vault of no kind", async () => {
  const call = async () => await vaults.vaults.createOrUpdate(GROUP, "v", { ...wanted, sku: { name: "Gold" } }, SOON);
  await assert.rejects(call, (error) => error.statusCode === 400);
});
check("what a vault links to", async () => {
  const found = await all(vaults.privateLinkResources.list(GROUP, "vault"));
  assert.ok(found.some((each) => each.properties.groupId === "AzureBackup"));
});
check("what a region offers", async () => {
  const input = { type: "Microsoft.RecoveryServices/Vaults", properties: { dnsZones: [{ subResource: "AzureBackup" }] } };
  const answer = await vaults.recoveryServices.capabilities(LOCATION, input);
  assert.match(answer.properties.dnsZones[0].requiredZoneNames[0], /^privatelink\..*backup\.windowsazure\.com$/);
});
check("usages of a vault", async () => {
  assert.ok((await all(vaults.usages.listByVaults(GROUP, "vault"))).length > 5);
  assert.equal((await all(vaults.replicationUsages.list(GROUP, "vault"))).length, 1);
});
check("a vault with items is not deleted", async () => {
  await assert.rejects(async () => await vaults.vaults.delete("rg-used", "vault-used", SOON), /ServiceResourceNotEmptyWithContainerDetails|cannot be deleted/);
});
check("a vault is deleted", async () => {
  await vaults.vaults.delete(GROUP, "third", SOON);
  await refused(vaults.vaults.get(GROUP, "third"), 404, "ResourceNotFound");
});
check("a vault that is not there is deleted in vain", async () => {
  await vaults.vaults.delete(GROUP, "third", SOON);
});
await run();
