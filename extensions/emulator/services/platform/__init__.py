"""Azure Resource Manager itself: sign-in, subscriptions, groups, roles, locks, providers, the activity log."""
