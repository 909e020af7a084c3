// @azure/arm-storage: accounts and their firewall.
import assert from "node:assert/strict";
import { all, check, clientsOf, LOCATION, refused, run, SOON } from "./harness.mjs";

const { resources, storage } = clientsOf();
const GROUP = "rg-accounts";
await resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
const accounts = storage.storageAccounts;
const wanted = { location: LOCATION, sku: { name: "Standard_LRS" }, kind: "StorageV2" };

check("an account is made and polled for", async () => {
  const poller = accounts.create(GROUP, "scriptaccount", wanted, SOON);
  await poller.submitted();
  assert.equal(poller.isDone, false);
  const made = await poller.pollUntilDone();
  assert.deepEqual([made.provisioningState, made.allowBlobPublicAccess, made.accessTier], ["Succeeded", false, "Hot"]);
});
check("an account is made again as it is", async () => {
  assert.equal((await accounts.create(GROUP, "scriptaccount", wanted, SOON)).name, "scriptaccount");
});
check("its firewall is changed", async () => {
  const changed = await accounts.update(GROUP, "scriptaccount", {
    networkRuleSet: { defaultAction: "Deny", bypass: "AzureServices", ipRules: [{ iPAddressOrRange: "203.0.113.7", action: "Allow" }] },
  });
  assert.deepEqual([changed.networkRuleSet.defaultAction, changed.networkRuleSet.ipRules.length], ["Deny", 1]);
});
check("what it links to", async () => {
  assert.ok((await storage.privateLinkResources.listByStorageAccount(GROUP, "scriptaccount")).value.some((each) => each.groupId === "blob"));
});
check("accounts are listed", async () => {
  assert.equal((await all(accounts.listByResourceGroup(GROUP))).length, 1);
  assert.ok((await all(accounts.list())).length >= 2);
});
check("its blobs' settings", async () => {
  assert.ok(await storage.blobServices.getServiceProperties(GROUP, "scriptaccount"));
});
check("an account that is not there", async () => {
  await refused(accounts.getProperties(GROUP, "none"), 404, "ResourceNotFound");
});
check("a name that is none is refused", async () => {
  await refused(async () => await accounts.create(GROUP, "Not-A-Name", wanted, SOON), 400, "AccountNameInvalid");
});
check("a name that another group has is taken", async () => {
  await refused(async () => await accounts.create(GROUP, "cacheaccount", wanted, SOON), 409, "StorageAccountAlreadyTaken");
});
check("an account is deleted", async () => {
  await accounts.delete(GROUP, "scriptaccount");
  await refused(accounts.getProperties(GROUP, "scriptaccount"), 404, "ResourceNotFound");
  await accounts.delete(GROUP, "scriptaccount");
});
await run();
