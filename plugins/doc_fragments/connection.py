"""Documentation of the connection options, shared by every module that talks to Azure."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``module_utils.engine.connection_options.CONNECTION``."""

    DOCUMENTATION = r"""
options:
  auth_source:
    description:
      - Where the credentials come from.
      - V(auto) takes the profile named in O(profile), then the task's own options, then the environment, which may name a profile, then the
        profile V(default) in C(~/.azure/credentials), then the Azure CLI. The first that has a way to sign in counts.
      - V(env), V(credential_file) and V(cli) take that source by itself.
      - V(msi) uses the managed identity of the machine and is never chosen by V(auto).
    type: str
    choices: [auto, cli, env, credential_file, msi]
    default: auto
  profile:
    description:
      - Section of C(~/.azure/credentials) to use. It goes before all other options of the sign-in.
      - E(AZURE_PROFILE) goes before the rest of the environment, and V(default) is used when nothing else has a way to sign in.
    type: str
  subscription_id:
    description: Subscription (a GUID) of what this task names. E(AZURE_SUBSCRIPTION_ID) or the profile's is used when not set.
    type: str
  client_id:
    description: Application (client) id of the service principal, or of a user-assigned identity with O(auth_source=msi). E(AZURE_CLIENT_ID).
    type: str
  secret:
    description: Client secret of the service principal. E(AZURE_SECRET), or E(AZURE_CLIENT_SECRET).
    type: str
  tenant:
    description: Tenant id or domain. E(AZURE_TENANT), or E(AZURE_TENANT_ID).
    type: str
  ad_user:
    description: User name for sign-in with a password. E(AZURE_AD_USER).
    type: str
  password:
    description: Password of O(ad_user). E(AZURE_PASSWORD).
    type: str
  x509_certificate_path:
    description: PEM file with certificate and private key of the service principal. E(AZURE_X509_CERTIFICATE_PATH).
    type: path
  thumbprint:
    description: Accepted for compatibility; the thumbprint is read from the certificate. E(AZURE_THUMBPRINT).
    type: str
  oidc_token:
    description: Federated token to exchange for an access token. E(AZURE_FEDERATED_TOKEN).
    type: str
  oidc_token_file_path:
    description: File that holds the federated token; read at each sign-in. E(AZURE_FEDERATED_TOKEN_FILE).
    type: path
  cloud_environment:
    description:
      - V(AzureCloud), V(AzureUSGovernment), V(AzureChinaCloud), or the https URL of any Azure Resource Manager endpoint, which is asked
        at C(/metadata/endpoints) for its sign-in authority.
      - E(AZURE_CLOUD_ENVIRONMENT).
    type: str
    default: AzureCloud
  ca_file:
    description: PEM file with the certificate authority of the endpoint. When not set, E(REQUESTS_CA_BUNDLE) or the usual authorities are used.
    type: path
  adfs_authority_url:
    description: Sign-in authority to use in place of the cloud's. E(AZURE_ADFS_AUTHORITY_URL).
    type: str
  cert_validation_mode:
    description: Certificates are always verified; V(ignore) is refused with a message that names O(ca_file). E(AZURE_CERT_VALIDATION_MODE).
    type: str
    choices: [validate, ignore]
  disable_instance_discovery:
    description: Do not ask Microsoft Entra whether the authority is a known one. Always so for an endpoint URL. E(AZURE_DISABLE_INSTANCE_DISCOVERY).
    type: bool
    default: false
  share_token:
    description:
      - Share the access token with the other tasks of this run that are executed in the controller process.
      - It is kept in a file with mode 0600 in Ansible's own temporary directory of the run, which is removed at the end.
    type: bool
    default: true
  concurrency:
    description:
      - How many questions to Azure this task has on their way at once, where they do not wait for each other. Writes are never sent side by side.
      - With V(1) they are asked one by one. Whatever is set here, the task asks less when Azure says that few requests are left. E(AZURE_CONCURRENCY).
    type: int
    default: 12
  api_profile:
    description: Accepted for compatibility with C(azure.azcollection) and ignored.
    type: str
  log_path:
    description: Accepted for compatibility with C(azure.azcollection) and ignored.
    type: path
  log_mode:
    description: Accepted for compatibility with C(azure.azcollection) and ignored.
    type: str
requirements:
  - azure-identity >= 1.19
  - azure-mgmt-network >= 28.0.0
  - azure-mgmt-privatedns >= 1.2.0
"""
