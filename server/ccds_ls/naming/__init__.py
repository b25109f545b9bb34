"""Names of notebooks: the convention, proposals, renames and what follows them."""
