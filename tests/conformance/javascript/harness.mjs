// What the checks of Microsoft's JavaScript clients share: clients of the local Azure, and a line of JSON for each check.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ManagementLockClient } from "@azure/arm-locks";
import { NetworkManagementClient } from "@azure/arm-network";
import { PrivateDnsManagementClient } from "@azure/arm-privatedns";
import { RecoveryServicesClient } from "@azure/arm-recoveryservices";
import { RecoveryServicesBackupClient } from "@azure/arm-recoveryservicesbackup";
import { SiteRecoveryManagementClient } from "@azure/arm-recoveryservices-siterecovery";
import { ResourceManagementClient } from "@azure/arm-resources";
import { StorageManagementClient } from "@azure/arm-storage";
import { ClientSecretCredential } from "@azure/identity";

/** The ready file of the local Azure. */
export const ready = JSON.parse(readFileSync(process.env.LOCAL_AZURE_READY_FILE, "utf8"));
export const SUBSCRIPTION = ready.subscription_id;
export const SCOPE = `/subscriptions/${SUBSCRIPTION}`;
export const LOCATION = "westeurope";
/** Operations take a five hundredth of their time, so that there is something to poll for; the clients ask often. */
export const SOON = { updateIntervalInMs: 20 };
const ENDPOINT = ready.arm_endpoint.replace(/\/$/, "");

export function credential(clientId = ready.client_id, secret = ready.client_secret) {
  return new ClientSecretCredential(ready.tenant_id, clientId, secret, {
    authorityHost: ready.authority,
    disableInstanceDiscovery: true,
  });
}

/** The clients of one caller, made when they are asked for. */
export function clientsOf(caller = credential()) {
  const made = (Client) =>
    new Client(caller, SUBSCRIPTION, { endpoint: ENDPOINT, credentialScopes: [`${ENDPOINT}/.default`] });
  const kinds = {
    authorization: AuthorizationManagementClient,
    backup: RecoveryServicesBackupClient,
    dns: PrivateDnsManagementClient,
    locks: ManagementLockClient,
    network: NetworkManagementClient,
    resources: ResourceManagementClient,
    siteRecovery: SiteRecoveryManagementClient,
    storage: StorageManagementClient,
    vaults: RecoveryServicesClient,
  };
  const known = {};
  return new Proxy({}, { get: (_, name) => (known[name] ??= made(kinds[name])) });
}

/** Everything a pager gives. */
export async function all(pager) {
  const found = [];
  for await (const each of pager) found.push(each);
  return found;
}

/** How many pages a pager needs. */
export async function pages(pager) {
  return (await all(pager.byPage())).length;
}

/** That a call fails with this status and code, as the clients show them. */
export async function refused(call, status, code) {
  try {
    await (typeof call === "function" ? call() : call);
  } catch (error) {
    const shown = error.code ?? error.details?.error?.code ?? error.details?.code;
    assert.deepEqual([error.statusCode, shown], [status, code], error.message);
    return error;
  }
  assert.fail(`not refused with ${status} ${code}`);
}

/** That something is not there; with which code is recorded of few types only. */
export async function missing(call) {
  await assert.rejects(call, (error) => error.statusCode === 404);
}

/** The member of a document, wherever this generation of clients shows it: beside or below `properties`. */
export function member(document, name) {
  return document[name] ?? document.properties?.[name];
}

const checks = [];

/** Add a check; checks of a file run in their order, and those after a failed one still run. */
export function check(name, does) {
  checks.push([name, does]);
}

/** Run the checks of a file and print a line for each. */
export async function run() {
  for (const [name, does] of checks) {
    let error = null;
    try {
      await does();
    } catch (caught) {
      error = `${caught.stack ?? caught}`;
    }
    console.log(JSON.stringify({ name, error }));
  }
}
