"""Azure DNS Private Resolver: resolvers and their inbound and outbound endpoints."""
