"""A stand-in for the Windows host of an Azure Migrate appliance, and for the installers that are run there."""
