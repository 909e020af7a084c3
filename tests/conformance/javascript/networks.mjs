// @azure/arm-network: networks, subnets, security groups.
import assert from "node:assert/strict";
import { all, check, clientsOf, LOCATION, member, missing, refused, run, SOON } from "./harness.mjs";

const { resources, network } = clientsOf();
const GROUP = "rg-networks";
await resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
const wanted = {
  location: LOCATION,
  addressSpace: { addressPrefixes: ["10.8.0.0/16"] },
  subnets: [{ name: "one", addressPrefix: "10.8.1.0/24" }],
};

check("a network is made and polled for", async () => {
  const poller = network.virtualNetworks.createOrUpdate(GROUP, "vnet", wanted, SOON);
  await poller.submitted();
  assert.equal(poller.isDone, false);
  const made = await poller.pollUntilDone();
  assert.equal(member(made, "provisioningState"), "Succeeded");
  assert.equal(made.subnets[0].privateEndpointNetworkPolicies, "Disabled");
});
check("a network is made again as it is", async () => {
  const before = await network.virtualNetworks.get(GROUP, "vnet");
  const again = await network.virtualNetworks.createOrUpdate(GROUP, "vnet", { ...before }, SOON);
  assert.deepEqual([again.subnets.length, again.resourceGuid], [1, before.resourceGuid]);
});
check("a subnet is added, shown and listed", async () => {
  const made = await network.subnets.createOrUpdate(GROUP, "vnet", "two", { addressPrefix: "10.8.2.0/24" }, SOON);
  assert.equal(made.addressPrefix, "10.8.2.0/24");
  assert.equal((await network.subnets.get(GROUP, "vnet", "two")).id, made.id);
  assert.equal((await all(network.subnets.list(GROUP, "vnet"))).length, 2);
});
check("a subnet that overlaps is refused", async () => {
  const call = async () => await network.subnets.createOrUpdate(GROUP, "vnet", "three", { addressPrefix: "10.8.2.0/25" }, SOON);
  await refused(call, 400, "NetcfgSubnetRangesOverlap");
});
check("networks are listed", async () => {
  assert.deepEqual((await all(network.virtualNetworks.list(GROUP))).map((each) => each.name), ["vnet"]);
  assert.ok((await all(network.virtualNetworks.listAll())).length >= 2);
});
check("what is not there", async () => {
  await refused(network.virtualNetworks.get(GROUP, "none"), 404, "ResourceNotFound");
  await missing(network.subnets.get(GROUP, "vnet", "none"));
  await refused(network.networkInterfaces.get(GROUP, "none"), 404, "ResourceNotFound");
});
check("security groups of both types", async () => {
  const group = await network.networkSecurityGroups.createOrUpdate(GROUP, "nsg", { location: LOCATION }, SOON);
  assert.equal(group.defaultSecurityRules.length, 6);
  const asg = await network.applicationSecurityGroups.createOrUpdate(GROUP, "asg", { location: LOCATION }, SOON);
  assert.equal((await all(network.applicationSecurityGroups.list(GROUP)))[0].id, asg.id);
  await network.networkSecurityGroups.delete(GROUP, "nsg", SOON);
  await refused(network.networkSecurityGroups.get(GROUP, "nsg"), 404, "ResourceNotFound");
});
check("types that endpoints can lead to", async () => {
  const found = await all(network.availablePrivateEndpointTypes.list(LOCATION));
  assert.ok(found.some((each) => each.resourceName === "Microsoft.RecoveryServices/vaults"));
});
check("a subnet and a network are deleted", async () => {
  await network.subnets.delete(GROUP, "vnet", "two", SOON);
  await missing(network.subnets.get(GROUP, "vnet", "two"));
  await network.virtualNetworks.delete(GROUP, "vnet", SOON);
  await refused(network.virtualNetworks.get(GROUP, "vnet"), 404, "ResourceNotFound");
  await network.virtualNetworks.delete(GROUP, "vnet", SOON);
});
await run();
