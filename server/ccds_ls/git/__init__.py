"""Git: ``read`` looks and runs nothing of a repository, ``act`` does what the user asked for."""
