"""Facts of recorded Azure, in this project's own form, and how many of them the local Azure shares."""
