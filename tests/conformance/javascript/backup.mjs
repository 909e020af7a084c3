// @azure/arm-recoveryservicesbackup: what Backup protects in a vault.
import assert from "node:assert/strict";
import { all, check, clientsOf, refused, run } from "./harness.mjs";

const { backup } = clientsOf();
const OF = ["vault-used", "rg-used"];

check("items of each kind", async () => {
  const found = await all(backup.backupProtectedItems.list(...OF));
  const kinds = new Set(found.map((each) => each.properties.backupManagementType));
  assert.deepEqual([...kinds].sort(), ["AzureBackupServer", "AzureIaasVM", "AzureStorage", "AzureWorkload", "DPM", "MAB"]);
});
check("items are filtered", async () => {
  const found = await all(backup.backupProtectedItems.list(...OF, { filter: "backupManagementType eq 'MAB'" }));
  assert.deepEqual(found.map((each) => each.properties.backupManagementType), ["MAB"]);
});
check("containers and engines", async () => {
  const found = await all(backup.backupProtectionContainers.list(...OF, { filter: "backupManagementType eq 'MAB'" }));
  assert.equal(found.length, 1);
  assert.ok((await all(backup.backupEngines.list(...OF))).length >= 2);
});
check("containers need a filter", async () => {
  await assert.rejects(all(backup.backupProtectionContainers.list(...OF)), (error) => error.statusCode === 400);
});
check("jobs", async () => {
  assert.equal((await all(backup.backupJobs.list(...OF))).length, 1);
});
check("settings of a vault", async () => {
  assert.ok((await backup.backupResourceVaultConfigs.get(...OF)).properties.softDeleteFeatureState);
  assert.ok((await backup.backupResourceStorageConfigsNonCRR.get(...OF)).properties.storageModelType);
});
check("a vault that is not there", async () => {
  await refused(all(backup.backupProtectedItems.list("none", "rg-used")), 404, "ResourceNotFound");
});
await run();
