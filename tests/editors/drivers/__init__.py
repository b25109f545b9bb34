"""One module an editor; each has one or more ``Driver`` records."""
