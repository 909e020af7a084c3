// @azure/arm-network, -recoveryservicesbackup, -storage: endpoints, zone groups, and the connections on the other side.
import assert from "node:assert/strict";
import { all, check, clientsOf, credential, LOCATION, member, missing, refused, run, SCOPE, SOON } from "./harness.mjs";

const { resources, network, vaults, backup, dns, storage } = clientsOf();
const GROUP = "rg-endpoints";
const ID = `${SCOPE}/resourceGroups/${GROUP}/providers`;
const SUBNET = `${SCOPE}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app/subnets/endpoints`;
const VAULT = `${ID}/Microsoft.RecoveryServices/vaults/vault`;
const ACCOUNT = `${ID}/Microsoft.Storage/storageAccounts/endpointaccount`;
const ZONE = "privatelink.we.backup.windowsazure.com";
await resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
await vaults.vaults.createOrUpdate(GROUP, "vault", { location: LOCATION, sku: { name: "RS0" }, properties: {}, identity: { type: "SystemAssigned" } }, SOON);
await storage.storageAccounts.create(GROUP, "endpointaccount", { location: LOCATION, sku: { name: "Standard_LRS" }, kind: "StorageV2" }, SOON);
const to = (target, group, manual = false, extra = {}) => ({
  location: LOCATION,
  subnet: { id: SUBNET },
  [manual ? "manualPrivateLinkServiceConnections" : "privateLinkServiceConnections"]: [
    { name: "link", privateLinkServiceId: target, groupIds: [group] },
  ],
  ...extra,
});
const make = async (name, wanted) => await network.privateEndpoints.createOrUpdate(GROUP, name, wanted, SOON);
const state = (endpoint) => (endpoint.privateLinkServiceConnections?.[0] ?? endpoint.manualPrivateLinkServiceConnections[0]).privateLinkServiceConnectionState.status;

check("an endpoint of a vault is made and polled for", async () => {
  const poller = network.privateEndpoints.createOrUpdate(GROUP, "pe", to(VAULT, "AzureBackup"), SOON);
  await poller.submitted();
  assert.equal(poller.isDone, false);
  const made = await poller.pollUntilDone();
  assert.deepEqual([made.provisioningState, state(made)], ["Succeeded", "Approved"]);
});
check("an endpoint is made again as it is", async () => {
  const before = await network.privateEndpoints.get(GROUP, "pe");
  const again = await make("pe", { ...before });
  assert.deepEqual([again.id, again.networkInterfaces], [before.id, before.networkInterfaces]);
});
check("its names have addresses of the subnet", async () => {
  const { customDnsConfigs } = await network.privateEndpoints.get(GROUP, "pe");
  assert.ok(customDnsConfigs.length >= 1 && customDnsConfigs.every((each) => each.ipAddresses[0].startsWith("10.1.1.")));
});
check("its interface is shown", async () => {
  const { networkInterfaces } = await network.privateEndpoints.get(GROUP, "pe");
  const nic = await network.networkInterfaces.get(GROUP, networkInterfaces[0].id.split("/").pop());
  assert.equal(nic.ipConfigurations[0].subnet.id.toLowerCase(), SUBNET.toLowerCase());
});
check("a zone group writes records", async () => {
  await dns.privateZones.createOrUpdate(GROUP, ZONE, { location: "global" }, SOON);
  const wanted = { privateDnsZoneConfigs: [{ name: "backup", privateDnsZoneId: `${ID}/Microsoft.Network/privateDnsZones/${ZONE}` }] };
  const made = await network.privateDnsZoneGroups.createOrUpdate(GROUP, "pe", "default", wanted, SOON);
  assert.ok(made.privateDnsZoneConfigs[0].recordSets.length >= 1);
  assert.ok((await all(dns.recordSets.listByType(GROUP, ZONE, "A"))).length >= 1);
  assert.equal((await all(network.privateDnsZoneGroups.list(GROUP, "pe"))).length, 1);
});
check("a static address is kept and can be changed", async () => {
  const at = (address) => ({
    ipConfigurations: [{ name: "ip", groupId: "blob", memberName: "blob", privateIPAddress: address }],
  });
  const made = await make("pe-static", to(ACCOUNT, "blob", false, at("10.1.1.200")));
  assert.equal(made.ipConfigurations[0].privateIPAddress, "10.1.1.200");
  assert.ok(made.ipConfigurations[0].etag);
  const moved = await make("pe-static", { ...made, ...at("10.1.1.201") });
  assert.equal(moved.ipConfigurations[0].privateIPAddress, "10.1.1.201");
});
check("a connection waits, is approved on the vault's side, and is removed", async () => {
  const waiting = await make("pe-manual", to(VAULT, "AzureBackup", true));
  assert.equal(state(waiting), "Pending");
  const { properties } = await vaults.vaults.get(GROUP, "vault");
  const pending = properties.privateEndpointConnections.find((each) => each.properties.privateLinkServiceConnectionState.status === "Pending");
  const wanted = { properties: { ...pending.properties, privateLinkServiceConnectionState: { status: "Approved", description: "ok" } } };
  const name = pending.id.split("/").pop();
  await backup.privateEndpointConnectionOperations.beginPutAndWait("vault", GROUP, name, wanted, SOON);
  const found = await backup.privateEndpointConnectionOperations.get("vault", GROUP, name);
  assert.equal(found.properties.privateLinkServiceConnectionState.status, "Approved");
  assert.equal(state(await network.privateEndpoints.get(GROUP, "pe-manual")), "Approved");
  await backup.privateEndpointConnectionOperations.beginDeleteAndWait("vault", GROUP, name, SOON);
  assert.equal(state(await network.privateEndpoints.get(GROUP, "pe-manual")), "Disconnected");
});
check("a connection of an account is rejected", async () => {
  const [connection] = (await storage.storageAccounts.getProperties(GROUP, "endpointaccount")).privateEndpointConnections;
  const wanted = { privateLinkServiceConnectionState: { status: "Rejected", description: "no" } };
  const put = await storage.privateEndpointConnections.put(GROUP, "endpointaccount", connection.name, wanted);
  assert.equal(put.privateLinkServiceConnectionState.status, "Rejected");
  assert.equal((await all(storage.privateEndpointConnections.list(GROUP, "endpointaccount"))).length, 1);
});
check("what is not there", async () => {
  await refused(network.privateEndpoints.get(GROUP, "none"), 404, "ResourceNotFound");
  await missing(network.privateDnsZoneGroups.get(GROUP, "pe", "none"));
});
check("an endpoint of nothing is refused", async () => {
  await missing(make("pe-none", to(`${VAULT}none`, "AzureBackup")));
});
check("an endpoint of a used vault fails", async () => {
  const used = `${SCOPE}/resourceGroups/rg-used/providers/Microsoft.RecoveryServices/vaults/vault-used`;
  await assert.rejects(make("pe-used", to(used, "AzureBackup")));
  assert.equal((await network.privateEndpoints.get(GROUP, "pe-used")).provisioningState, "Failed");
});
check("a reader makes no endpoint", async () => {
  const guest = clientsOf(credential("66666666-6666-4666-8666-666666666666", "rehearsal-secret")).network;
  await refused(async () => await guest.privateEndpoints.createOrUpdate("rg-network", "pe", to(VAULT, "AzureBackup"), SOON), 403, "AuthorizationFailed");
});
check("endpoints are listed", async () => {
  assert.ok((await all(network.privateEndpoints.list(GROUP))).length >= 3);
  assert.ok((await all(network.privateEndpoints.listBySubscription())).length >= 3);
});
check("a zone group and an endpoint are deleted", async () => {
  await network.privateDnsZoneGroups.delete(GROUP, "pe", "default", SOON);
  assert.equal((await all(dns.recordSets.listByType(GROUP, ZONE, "A"))).length, 0);
  for (const name of ["pe", "pe-static", "pe-manual", "pe-used"]) await network.privateEndpoints.delete(GROUP, name, SOON);
  await refused(network.privateEndpoints.get(GROUP, "pe"), 404, "ResourceNotFound");
  assert.equal(member(await vaults.vaults.get(GROUP, "vault"), "privateEndpointConnections")?.length ?? 0, 0);
});
await run();
