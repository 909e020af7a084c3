// @azure/arm-authorization: role definitions and assignments.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { all, check, clientsOf, LOCATION, refused, run, SCOPE } from "./harness.mjs";

const { resources, authorization } = clientsOf();
const GROUP = "rg-roles";
const WHERE = `${SCOPE}/resourceGroups/${GROUP}`;
const GUEST = "55555555-5555-4555-8555-555555555555";
const READER = `${SCOPE}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
await resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
const { roleAssignments, roleDefinitions } = authorization;
const NAME = randomUUID();
const wanted = { roleDefinitionId: READER, principalId: GUEST, principalType: "ServicePrincipal" };

check("built-in roles are listed", async () => {
  assert.ok((await all(roleDefinitions.list(SCOPE, { filter: "type eq 'BuiltInRole'" }))).length > 400);
});
check("a role is found by its name", async () => {
  const [found] = await all(roleDefinitions.list(SCOPE, { filter: "roleName eq 'Backup Contributor'" }));
  assert.ok(!found.permissions[0].actions.some((each) => each.includes("privateEndpointConnections")));
});
check("a role is assigned", async () => {
  const made = await roleAssignments.create(WHERE, NAME, wanted);
  assert.deepEqual([made.principalId, made.scope, made.name], [GUEST, WHERE, NAME]);
});
check("a role is assigned again under its name", async () => {
  assert.equal((await roleAssignments.create(WHERE, NAME, wanted)).name, NAME);
});
check("a role is not assigned twice", async () => {
  await refused(roleAssignments.create(WHERE, randomUUID(), wanted), 409, "RoleAssignmentExists");
});
check("assignments are listed", async () => {
  const found = await all(roleAssignments.listForScope(WHERE, { filter: `principalId eq '${GUEST}'` }));
  assert.ok(found.some((each) => each.name === NAME));
  assert.ok((await all(roleAssignments.listForResourceGroup(GROUP))).length >= 1);
});
check("nobody cannot be assigned", async () => {
  const nobody = { roleDefinitionId: READER, principalId: randomUUID() };
  await refused(roleAssignments.create(WHERE, randomUUID(), nobody), 400, "PrincipalNotFound");
});
check("no role cannot be assigned", async () => {
  const none = { ...wanted, roleDefinitionId: READER.replace("acdd72a7", "00000000") };
  await refused(roleAssignments.create(WHERE, randomUUID(), none), 404, "RoleDefinitionDoesNotExist");
});
check("an assignment that is not there", async () => {
  await refused(roleAssignments.get(WHERE, randomUUID()), 404, "RoleAssignmentNotFound");
});
check("a role of one's own", async () => {
  const id = randomUUID();
  const role = { roleName: "Own role", roleType: "CustomRole", permissions: [{ actions: ["*/read"], notActions: [] }], assignableScopes: [WHERE] };
  assert.equal((await roleDefinitions.createOrUpdate(WHERE, id, role)).roleName, "Own role");
  assert.equal((await roleDefinitions.get(WHERE, id)).roleType, "CustomRole");
  await roleDefinitions.delete(WHERE, id);
  await refused(roleDefinitions.get(WHERE, id), 404, "RoleDefinitionDoesNotExist");
});
check("an assignment is deleted", async () => {
  assert.equal((await roleAssignments.delete(WHERE, NAME)).name, NAME);
  await refused(roleAssignments.get(WHERE, NAME), 404, "RoleAssignmentNotFound");
});
await run();
