"""Our own rules for secrets: what no catalogue of providers holds, and what data scientists leak.

First ``candidate``, the prefilter, tells where in a text a secret could be, in the secret engine's one pass over it.
Then ``line`` looks closely at each line with such a place: ``structured`` for a form of its own (a URL, a command, a
call), ``assignments`` for a name, a link and a value; ``tokens`` looks where a provider's token could begin, ``columns``
at the header of a table.
What all of them find is judged alone: by ``placeholders``, which know what only stands for a secret, and by ``values``:
is it random, or what people choose as a password?

To add a form, add a ``Pattern`` to ``urls``, ``commands`` or ``calls``, or a row to the table in ``tokens``; its samples
are its test.
"""
