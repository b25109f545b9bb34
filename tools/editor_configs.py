"""What the editors' pages repeat: the server's palette commands, and what the editor tests have observed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccds_ls.lsp.commands import schemas

FOLDER = Path("client-config")
FILLED = {"root": "root", "uri": "file", "code": "finding", "fingerprint": "finding"}
"""What a configuration knows by itself: the project's folder, the open file, the finding at the cursor."""

ALSO_ASKED = {"ccds.suppress": ("reason",), "ccds.explain": ("code",), "ccds.renameNotebook": ("newName",)}
"""Optional members that are worth a question."""

TITLE = ("title", "The project's title; without one a form with every option opens.")
"""The one question of ccds.newProject: its answer goes into ``answers.project_name``."""


@dataclass(frozen=True)
class Entry:
    """One palette command for an editor: how to call it, what is filled in, and what is asked (key, prompt)."""

    command: str
    title: str
    fill: tuple[str, ...]
    ask: tuple[tuple[str, str], ...]

    @property
    def words(self) -> list[str]:
        """The command's name as words: ``ccds.git.createBranch`` is git, create, branch."""
        return re.sub(r"([A-Z])", r" \1", self.command.partition(".")[2].replace(".", " ")).lower().split()

    @property
    def camel(self) -> str:
        """The name as Vim and Neovim spell commands."""
        return "".join(word.capitalize() for word in self.words)


def entries() -> list[Entry]:
    """The commands that a person runs, in the server's order."""
    return [_entry(name, given) for name, given in schemas().items() if given["where"] != "nowhere"]


def _entry(name: str, given: dict[str, Any]) -> Entry:
    members = given["argument"]["properties"]
    needed = dict.fromkeys((*given["argument"]["required"], *ALSO_ASKED.get(name, ())))
    # A rule's code is known from the finding only where there is a finding to accept.
    fill = {FILLED[key] for key in members if key in FILLED and not (key == "code" and "uri" not in members)}
    asked = tuple((key, members[key]["description"]) for key in needed if _is_asked(key, members, fill))
    if name == "ccds.newProject":
        asked = (TITLE,)
    return Entry(name, given["title"], tuple(sorted(fill)), asked)


def _is_asked(key: str, members: dict[str, Any], fill: set[str]) -> bool:
    return members[key]["type"] == "string" and FILLED.get(key) not in fill


def _lua(entry: Entry) -> str:
    ask = ", ".join(f"{{ {_quoted(key)}, {_quoted(prompt)} }}" for key, prompt in entry.ask)
    fill = ", ".join(map(_quoted, entry.fill))
    names = f"{_quoted(entry.camel)}, {_quoted(entry.command)}, {_quoted(entry.title)}"
    return f"  {{ {names}, {{ {fill} }}, {{ {ask} }} }},".replace("{  }", "{}")


def _vim(entry: Entry) -> str:
    ask = ", ".join(f"[{_quoted(key)}, {_quoted(prompt)}]" for key, prompt in entry.ask)
    fill = ", ".join(map(_quoted, entry.fill))
    names = f"{_quoted(entry.camel)}, {_quoted(entry.command)}, {_quoted(entry.title)}"
    if "finding" in entry.fill:
        return ""  # ALE keeps no fingerprint; the finding is accepted by a fix there.
    return f"\\ [{names}, [{fill}], [{ask}]],"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "’") + "'"


def _lisp(entry: Entry) -> str:
    ask = " ".join(f"({key} . {json.dumps(prompt, ensure_ascii=False)})" for key, prompt in entry.ask)
    name = f"ccds-{'-'.join(entry.words)}"
    return f'(ccds-define {name} "{entry.command}" "{entry.title}" ({" ".join(entry.fill)}) ({ask}))'


@dataclass(frozen=True)
class Block:
    """The generated part of a file, between a line that ends in ``commands {{{`` and one that ends in ``}}}``."""

    path: str
    line: Callable[[Entry], str]


BLOCKS = (
    Block("neovim/ccds.lua", _lua),
    Block("vim/ccds.vim", _vim),
    Block("emacs/ccds.el", _lisp),
)
_MARKS = re.compile(
    r"^(?P<begin> *\S+ commands \{\{\{[^\n]*\n).*?(?P<end>^ *\S+ \}\}\}[^\n]*$)", re.DOTALL | re.MULTILINE
)


def wanted(root: Path) -> dict[Path, str]:
    """The generated files with the text that they should have."""
    texts = {}
    for block in BLOCKS:
        path = root / FOLDER / block.path
        if path.exists():
            lines = "\n".join(filter(None, map(block.line, entries())))
            texts[path] = _between(path.read_text(encoding="utf-8"), lines)
    palette = root / FOLDER / "sublime" / "CCDS.sublime-commands"
    if palette.parent.exists():
        texts[palette] = sublime()
    overview, observed = root / FOLDER / "README.md", root / FOLDER / "observed.json"
    if overview.exists():
        seen = json.loads(observed.read_text(encoding="utf-8"))
        texts[overview] = _TABLE.sub(
            f"<!-- editors -->\n{table(seen)}<!-- /editors -->", overview.read_text("utf-8")
        )
    return texts


def _between(text: str, lines: str) -> str:
    return _MARKS.sub(lambda found: f"{found['begin']}{lines}\n{found['end']}", text)


def sublime() -> str:
    """The palette of Sublime Text: the commands to which nothing has to be said."""
    silent = [
        e for e in entries() if e.command == "ccds.newProject" or (not e.ask and "finding" not in e.fill)
    ]
    items = [
        {
            "caption": f"CCDS: {entry.title}",
            "command": "lsp_execute",
            "args": {
                "session_name": "ccds-ls",
                "command_name": entry.command,
                # The root may be left out where one folder is open. Only a whole argument is filled in.
                "command_args": ["$document_id" if "file" in entry.fill else {}],
            },
        }
        for entry in silent
    ]
    return json.dumps(items, indent=2, ensure_ascii=False) + "\n"


_TABLE = re.compile(r"<!-- editors -->\n.*?<!-- /editors -->", re.DOTALL)


def table(observed: dict[str, Any]) -> str:
    """Editors by features, with the reason for each "no" below."""
    editors = observed["editors"].values()
    reasons = dict.fromkeys(reason for editor in editors for reason in editor["cannot"].values())
    numbers = {reason: number for number, reason in enumerate(reasons, 1)}
    heads = [f"[{editor['title']}]({editor['page']}/README.md) {editor['version']}" for editor in editors]
    rows = [["", *heads], ["---"] + [":-:"] * len(heads)]
    for name, feature in observed["features"].items():
        rows.append([feature, *(_cell(editor, name, numbers) for editor in editors)])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    notes = [f"{number}. {reason}" for reason, number in numbers.items()]
    return "\n".join((*lines, "", *notes)) + "\n"


def _cell(editor: dict[str, Any], name: str, numbers: dict[str, int]) -> str:
    if name in editor["cannot"]:
        return f"no ({numbers[editor['cannot'][name]]})"
    return "yes" if name in editor["seen"] else "not tried"
