// @azure/arm-resources, @azure/arm-locks: groups, tags, providers, lists of resources, locks.
import assert from "node:assert/strict";
import { all, check, clientsOf, LOCATION, missing, refused, run, SCOPE, SOON } from "./harness.mjs";

const { resources, locks, storage } = clientsOf();
const groups = resources.resourceGroups;
const NAME = "rg-groups";

check("a group is made", async () => {
  const made = await groups.createOrUpdate(NAME, { location: "West Europe", tags: { a: "b" } });
  assert.deepEqual([made.location, made.tags.a, made.properties.provisioningState], [LOCATION, "b", "Succeeded"]);
});
check("a group is made again as it is", async () => {
  const again = await groups.createOrUpdate(NAME, { location: LOCATION, tags: { a: "b" } });
  assert.deepEqual(again, await groups.get(NAME));
});
check("a group is listed", async () => {
  assert.ok((await all(groups.list())).some((each) => each.name === NAME));
});
check("the tags of a group are changed", async () => {
  assert.deepEqual((await groups.update(NAME, { tags: { c: "d" } })).tags, { c: "d" });
});
check("a group that is not there", async () => {
  await refused(groups.get("rg-nowhere"), 404, "ResourceGroupNotFound");
  assert.equal((await groups.checkExistence("rg-nowhere")).body, false);
});
check("a group cannot move", async () => {
  await refused(groups.createOrUpdate(NAME, { location: "northeurope" }), 409, "InvalidResourceGroupLocation");
});
check("resources are listed in pages", async () => {
  const group = await groups.createOrUpdate("rg-many", { location: LOCATION });
  for (const name of ["manyone", "manytwo", "manythree"]) {
    await storage.storageAccounts.create(group.name, name, { location: LOCATION, sku: { name: "Standard_LRS" }, kind: "StorageV2" }, SOON);
  }
  const found = await all(resources.resources.listByResourceGroup(group.name, { top: 2 }));
  assert.deepEqual(found.map((each) => each.name).sort(), ["manyone", "manythree", "manytwo"]);
});
check("resources of one type are listed", async () => {
  const filter = "resourceType eq 'Microsoft.Storage/storageAccounts'";
  const found = await all(resources.resources.list({ filter }));
  assert.ok(found.length >= 3 && found.every((each) => each.type === "Microsoft.Storage/storageAccounts"));
});
check("a provider is shown, registered and listed", async () => {
  assert.equal((await resources.providers.get("Microsoft.RecoveryServices")).registrationState, "Registered");
  assert.equal((await resources.providers.register("Microsoft.Network")).registrationState, "Registered");
  assert.ok((await all(resources.providers.list())).some((each) => each.namespace === "Microsoft.Storage"));
  await refused(resources.providers.get("Microsoft.Nowhere"), 404, "InvalidResourceNamespace");
});
check("a lock keeps a group", async () => {
  const kept = await locks.managementLocks.createOrUpdateAtResourceGroupLevel(NAME, "keep", { level: "CanNotDelete" });
  assert.equal(kept.level, "CanNotDelete");
  assert.equal((await all(locks.managementLocks.listAtResourceGroupLevel(NAME))).length, 1);
  await refused(async () => await groups.delete(NAME, SOON), 409, "ScopeLocked");
  await locks.managementLocks.deleteAtResourceGroupLevel(NAME, "keep");
  await missing(locks.managementLocks.getByScope(`${SCOPE}/resourceGroups/${NAME}`, "keep"));
});
check("a group is deleted", async () => {
  await groups.delete(NAME, SOON);
  assert.equal((await groups.checkExistence(NAME)).body, false);
});
check("a group that is not there is not deleted", async () => {
  await refused(async () => await groups.delete(NAME, SOON), 404, "ResourceGroupNotFound");
});
await run();
