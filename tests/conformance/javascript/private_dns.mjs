// @azure/arm-privatedns: zones, links, record sets.
import assert from "node:assert/strict";
import { all, check, clientsOf, LOCATION, pages, refused, run, SCOPE, SOON } from "./harness.mjs";

const { resources, dns } = clientsOf();
const GROUP = "rg-dns";
const ZONE = "example.internal";
const NETWORK = `${SCOPE}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app`;
await resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
const zones = dns.privateZones;

check("a zone is made and polled for", async () => {
  const poller = zones.createOrUpdate(GROUP, ZONE, { location: "global", tags: { a: "b" } }, SOON);
  await poller.submitted();
  assert.equal(poller.isDone, false);
  const made = await poller.pollUntilDone();
  assert.deepEqual([made.name, made.provisioningState, made.numberOfRecordSets], [ZONE, "Succeeded", 1]);
});
check("a zone is made again as it is", async () => {
  const before = await zones.get(GROUP, ZONE);
  const again = await zones.createOrUpdate(GROUP, ZONE, { location: "global", tags: { a: "b" } }, SOON);
  assert.equal(again.id, before.id);
});
check("a zone is there already", async () => {
  // Azure accepts it and lets the operation fail.
  const call = async () => await zones.createOrUpdate(GROUP, ZONE, { location: "global" }, { ...SOON, ifNoneMatch: "*" });
  await assert.rejects(call, /PreconditionFailed/);
});
check("a zone is changed with its etag only", async () => {
  const call = async () => await zones.update(GROUP, ZONE, { tags: {} }, { ...SOON, ifMatch: "another" });
  await assert.rejects(call, /PreconditionFailed/);
  // This client takes the last poll for the zone, and that has none in it.
  await zones.update(GROUP, ZONE, { tags: { c: "d" } }, SOON);
  assert.equal((await zones.get(GROUP, ZONE)).tags.c, "d");
});
check("zones are listed", async () => {
  assert.equal((await all(zones.listByResourceGroup(GROUP))).length, 1);
  assert.ok((await all(zones.list())).length >= 1);
});
check("a zone that is not there", async () => {
  await refused(zones.get(GROUP, "none.internal"), 404, "ResourceNotFound");
});
check("a network is linked", async () => {
  const wanted = { location: "global", virtualNetwork: { id: NETWORK }, registrationEnabled: false };
  const made = await dns.virtualNetworkLinks.createOrUpdate(GROUP, ZONE, "link", wanted, SOON);
  assert.deepEqual([made.provisioningState, made.virtualNetworkLinkState], ["Succeeded", "Completed"]);
  assert.equal((await all(dns.virtualNetworkLinks.list(GROUP, ZONE))).length, 1);
});
check("a link that is not there", async () => {
  await refused(dns.virtualNetworkLinks.get(GROUP, ZONE, "none"), 404, "ResourceNotFound");
});
check("a link to no network is refused", async () => {
  const wanted = { location: "global", virtualNetwork: { id: `${NETWORK}none` }, registrationEnabled: false };
  await assert.rejects(async () => await dns.virtualNetworkLinks.createOrUpdate(GROUP, ZONE, "other", wanted, SOON));
});
check("a record set is made, made again, changed and shown", async () => {
  const wanted = { ttl: 60, aRecords: [{ ipv4Address: "10.0.0.4" }] };
  const made = await dns.recordSets.createOrUpdate(GROUP, ZONE, "A", "www", wanted);
  assert.equal(made.fqdn, `www.${ZONE}.`);
  const again = await dns.recordSets.createOrUpdate(GROUP, ZONE, "A", "www", wanted, { ifMatch: made.etag });
  assert.deepEqual(again.aRecords, made.aRecords);
  assert.equal((await dns.recordSets.update(GROUP, ZONE, "A", "www", { ttl: 0 })).ttl, 0);
});
check("a record set is there already, or has another etag", async () => {
  const wanted = { ttl: 60, aRecords: [{ ipv4Address: "10.0.0.5" }] };
  await refused(dns.recordSets.createOrUpdate(GROUP, ZONE, "A", "www", wanted, { ifNoneMatch: "*" }), 412, "PreconditionFailed");
  await refused(dns.recordSets.createOrUpdate(GROUP, ZONE, "A", "www", wanted, { ifMatch: "x" }), 412, "PreconditionFailed");
});
check("record sets of other types", async () => {
  await dns.recordSets.createOrUpdate(GROUP, ZONE, "CNAME", "alias", { ttl: 60, cnameRecord: { cname: "www.contoso.com" } });
  await dns.recordSets.createOrUpdate(GROUP, ZONE, "TXT", "text", { ttl: 60, txtRecords: [{ value: ["a", "b"] }] });
  const found = await all(dns.recordSets.list(GROUP, ZONE));
  assert.deepEqual(found.map((each) => each.type.split("/").pop()).sort(), ["A", "CNAME", "SOA", "TXT"]);
  assert.ok((await pages(dns.recordSets.list(GROUP, ZONE))) >= 2);
});
check("a record set that is not there", async () => {
  await refused(dns.recordSets.get(GROUP, ZONE, "A", "none"), 404, "NotFound");
  await dns.recordSets.delete(GROUP, ZONE, "A", "none");
});
check("an address that is none is refused", async () => {
  const call = dns.recordSets.createOrUpdate(GROUP, ZONE, "A", "bad", { ttl: 60, aRecords: [{ ipv4Address: "here" }] });
  await assert.rejects(call, (error) => error.statusCode === 400);
});
check("a zone with a link stays", async () => {
  await assert.rejects(async () => await zones.delete(GROUP, ZONE, SOON), /nested|link/i);
});
check("link, record set and zone are deleted", async () => {
  await dns.virtualNetworkLinks.delete(GROUP, ZONE, "link", SOON);
  await dns.recordSets.delete(GROUP, ZONE, "A", "www");
  await zones.delete(GROUP, ZONE, SOON);
  await refused(zones.get(GROUP, ZONE), 404, "ResourceNotFound");
  await zones.delete(GROUP, ZONE, SOON);
});
await run();
