"""Where pygls falls short: each module names the upstream report that would let it go."""
