"""An answer in a new-project form can't be used.

## What it flags

In a form for a new project (a file whose name ends in `.ccds.yaml`): answers that can't be used, keys that are no
option's, two answers to one option, and text that is not YAML. What is still to be filled in is an information.

## Why it matters

A name that can't be imported, a Python that does not exist or a pair of tools that do not work together shows only
when the project is made and used. Here it shows while the answer is typed.

## Example

```text
# new-project.ccds.yaml
output_dir: /home/me/projects
default_context:
  project_name: Customer churn
  module_name: class  # flagged: answer
  docs: sphinx  # flagged: answer
  tests: pytest
  licence: MIT
  testing_frmework: pytest  # flagged: answer
```

```text
# new-project.ccds.yaml
output_dir: /home/me/projects
default_context:
  project_name:  # flagged: missing
  dataset_storage: s3  # flagged: placeholder
```

## The fix

Writes an answer that would do: the nearest name, one of the choices, the option that was meant. Keys that look like
no option are left alone, as they may be another template's.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Fix, Severity, TextEdit, plain_fingerprint
from ccds_ls.rules import Context, Rule
from ccds_ls.scaffold import FORM_SUFFIX
from ccds_ls.snapshot import File

SEVERITIES = {
    "missing": Severity.INFORMATION,
    "placeholder": Severity.INFORMATION,
    "twice": Severity.WARNING,
}


def check(file: File, _: Context) -> Iterator[Finding]:
    """One finding for each thing that is wrong in the form, if the file is one."""
    if file.text is None or not file.path.endswith(FORM_SUFFIX):
        return
    from ccds_ls.scaffold.form import faults_of, read  # only a form pays for the parser

    for fault in faults_of(read(file.text)):
        fixes = tuple(
            Fix(title, (TextEdit(file.path, span, text),), preferred=number == 0)
            for number, (title, span, text) in enumerate(fault.edits)
        )
        severity = SEVERITIES.get(fault.kind, Severity.ERROR)
        mark = plain_fingerprint(RULE.code, file.path, fault.message)
        yield Finding(
            RULE.code,
            fault.kind,
            severity,
            file.path,
            fault.message,
            file.state,
            mark,
            fault.span,
            fixes=fixes,
        )


RULE = Rule(
    code="form-answer",
    summary="An answer in a new-project form can't be used",
    kinds={
        "answer": "The answer can't be used, or there is no such option.",
        "missing": "The project's name, or where it is made, is still to be filled in.",
        "placeholder": "A storage is chosen, and not yet where in it.",
        "twice": "The option is answered twice.",
        "unreadable": "The form is not YAML.",
    },
    check=check,
    acceptable=False,
)
