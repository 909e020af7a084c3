// @azure/arm-recoveryservices-siterecovery: replication between two regions, over and back.
import assert from "node:assert/strict";
import { all, check, clientsOf, LOCATION, refused, run, SCOPE, SOON } from "./harness.mjs";

const { resources, vaults, siteRecovery: sr } = clientsOf();
const GROUP = "rg-replication";
const OF = ["vault", GROUP];
const ID = `${SCOPE}/resourceGroups/${GROUP}`;
const VAULT = `${ID}/providers/Microsoft.RecoveryServices/vaults/vault`;
const POLICY = `${VAULT}/replicationPolicies/daily`;
const container = (side) => `${VAULT}/replicationFabrics/${side}/replicationProtectionContainers/${side}-c`;
const CACHE = `${SCOPE}/resourceGroups/rg-used/providers/Microsoft.Storage/storageAccounts/cacheaccount`;
await resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
await vaults.vaults.createOrUpdate(GROUP, "vault", { location: LOCATION, sku: { name: "RS0" }, properties: {} }, SOON);
const disks = [{ diskId: `${ID}/providers/Microsoft.Compute/disks/d`, primaryStagingAzureStorageAccountId: CACHE, recoveryResourceGroupId: ID }];
const A2A = { instanceType: "A2A" };
const ITEM = [...OF, "source", "source-c", "vm"];

check("a new vault has nothing", async () => {
  assert.deepEqual(await all(sr.replicationProtectedItems.list(...OF)), []);
  assert.deepEqual(await all(sr.replicationFabrics.list(...OF)), []);
  assert.equal((await sr.replicationVaultHealth.get(...OF)).properties.fabricsHealth.resourceCount, 0);
});
check("fabrics and containers are made and polled for", async () => {
  for (const [side, location] of [["source", "northeurope"], ["target", LOCATION]]) {
    const details = { instanceType: "Azure", location };
    const poller = await sr.replicationFabrics.beginCreate(...OF, side, { properties: { customDetails: details } }, SOON);
    assert.equal((await poller.pollUntilDone()).properties.customDetails.location, location);
    await sr.replicationProtectionContainers.beginCreateAndWait(...OF, side, `${side}-c`, { properties: { providerSpecificInput: [A2A] } }, SOON);
  }
  assert.equal((await all(sr.replicationProtectionContainers.listByReplicationFabrics(...OF, "source"))).length, 1);
});
check("a fabric is made again as it is", async () => {
  const details = { instanceType: "Azure", location: LOCATION };
  const again = await sr.replicationFabrics.beginCreateAndWait(...OF, "target", { properties: { customDetails: details } }, SOON);
  assert.equal(again.name, "target");
});
check("a fabric of no region is refused", async () => {
  const details = { instanceType: "Azure", location: "atlantis" };
  await assert.rejects(sr.replicationFabrics.beginCreateAndWait(...OF, "none", { properties: { customDetails: details } }, SOON), (error) => error.statusCode === 400);
});
check("a policy is made and changed", async () => {
  const made = await sr.replicationPolicies.beginCreateAndWait(...OF, "daily", { properties: { providerSpecificInput: { ...A2A, multiVmSyncStatus: "Enable" } } }, SOON);
  assert.equal(made.properties.providerSpecificDetails.multiVmSyncStatus, "Enabled");
  const settings = { ...A2A, crashConsistentFrequencyInMinutes: 10, multiVmSyncStatus: "Disable" };
  await sr.replicationPolicies.beginUpdateAndWait(...OF, "daily", { properties: { replicationProviderSettings: settings } }, SOON);
  const { providerSpecificDetails } = (await sr.replicationPolicies.get(...OF, "daily")).properties;
  assert.deepEqual([providerSpecificDetails.crashConsistentFrequencyInMinutes, providerSpecificDetails.multiVmSyncStatus], [10, "Disabled"]);
});
check("containers are mapped", async () => {
  for (const [from, to] of [["source", "target"], ["target", "source"]]) {
    const properties = { targetProtectionContainerId: container(to), policyId: POLICY, providerSpecificInput: { ...A2A, agentAutoUpdateStatus: "Disabled" } };
    const made = await sr.replicationProtectionContainerMappings.beginCreateAndWait(...OF, from, `${from}-c`, "map", { properties }, SOON);
    assert.equal(made.properties.state, "Paired");
  }
});
check("a machine is protected", async () => {
  const details = { ...A2A, fabricObjectId: `${ID}/providers/Microsoft.Compute/virtualMachines/vm`, recoveryContainerId: container("target"), recoveryResourceGroupId: ID, vmManagedDisks: disks };
  await sr.replicationProtectedItems.beginCreateAndWait(...ITEM, { properties: { policyId: POLICY, providerSpecificDetails: details } }, SOON);
  let item;
  do {
    item = await sr.replicationProtectedItems.get(...ITEM);
    await new Promise((later) => setTimeout(later, 50));
  } while (item.properties.protectionState !== "Protected");
  assert.equal(item.properties.providerSpecificDetails.protectedManagedDisks[0].diskState, "Protected");
  assert.equal((await all(sr.replicationProtectedItems.list(...OF))).length, 1);
});
check("a policy in use stays", async () => {
  await assert.rejects(sr.replicationPolicies.beginDeleteAndWait(...OF, "daily", SOON), (error) => error.statusCode === 400);
});
check("a recovery plan is made and deleted", async () => {
  const properties = {
    primaryFabricId: `${VAULT}/replicationFabrics/source`, recoveryFabricId: `${VAULT}/replicationFabrics/target`, failoverDeploymentModel: "ResourceManager",
    groups: [{ groupType: "Boot", replicationProtectedItems: [{ id: `${container("source")}/replicationProtectedItems/vm` }] }],
  };
  const made = await sr.replicationRecoveryPlans.beginCreateAndWait(...OF, "plan", { properties }, SOON);
  assert.equal(made.properties.groups.length, 3);
  await sr.replicationRecoveryPlans.beginDeleteAndWait(...OF, "plan", SOON);
  assert.deepEqual(await all(sr.replicationRecoveryPlans.list(...OF)), []);
});
check("a machine fails over and replicates back", async () => {
  const input = { properties: { failoverDirection: "PrimaryToRecovery", sourceSiteOperations: "NotRequired", providerSpecificDetails: A2A } };
  await sr.replicationProtectedItems.beginUnplannedFailoverAndWait(...ITEM, input, SOON);
  const committed = await sr.replicationProtectedItems.beginFailoverCommitAndWait(...ITEM, SOON);
  assert.equal(committed.properties.protectionState, "UnplannedFailoverCommitted");
  const details = { ...A2A, policyId: POLICY, recoveryContainerId: container("source"), recoveryResourceGroupId: ID, vmManagedDisks: disks };
  await sr.replicationProtectionContainers.beginSwitchProtectionAndWait(...OF, "source", "source-c", { properties: { replicationProtectedItemName: "vm", providerSpecificDetails: details } }, SOON);
  const turned = await sr.replicationProtectedItems.get(...OF, "target", "target-c", "vm");
  assert.equal(turned.properties.recoveryContainerId, container("source"));
});
check("health is refreshed and leaves a job", async () => {
  await sr.replicationVaultHealth.beginRefreshAndWait(...OF, SOON);
  const [job] = await all(sr.replicationJobs.list(...OF));
  assert.equal((await sr.replicationJobs.get(...OF, job.name)).properties.state, "Succeeded");
});
check("what is not there", async () => {
  await refused(sr.replicationFabrics.get(...OF, "none"), 404, "ResourceNotFound");
  await refused(sr.replicationPolicies.get(...OF, "none"), 404, "ResourceNotFound");
});
check("protection ends and all of it is removed", async () => {
  const at = [...OF, "target", "target-c", "vm"];
  await sr.replicationProtectedItems.beginDeleteAndWait(...at, { properties: { disableProtectionReason: "NotSpecified" } }, SOON);
  await refused(sr.replicationProtectedItems.get(...at), 404, "ResourceNotFound");
  for (const side of ["source", "target"]) await sr.replicationFabrics.beginPurgeAndWait(...OF, side, SOON);
  await sr.replicationPolicies.beginDeleteAndWait(...OF, "daily", SOON);
  assert.deepEqual(await all(sr.replicationFabrics.list(...OF)), []);
});
await run();
