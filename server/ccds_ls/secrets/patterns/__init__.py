"""Our own rules for secrets: what no catalogue of providers holds, and what data scientists leak.

``candidate`` tells where a secret could be; ``line`` then looks closely at one line, with all the others.
"""
