"""New projects: the options, the answers to them, the embedded template, and generation that is all or nothing."""

FORM_SUFFIX = ".ccds.yaml"
"""How the name of every new-project form ends. It stands here, where asking for it loads nothing."""
