"""A notebook that JupyterLab shows: its cells joined by two blank lines, under the notebook's own name.

Every cell has its place: one that holds no code is an empty one. IPython's own syntax is written as Python calls
(jupyter-lsp/jupyterlab-lsp: ``transclusions/ipython/overrides.ts``). What only the saved file tells (where cells
begin, counts, outputs, words) comes from the saved cells that still stand in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import accumulate, takewhile

from ccds_ls.finding import Span
from ccds_ls.notebook import Cell, Notebook, with_saved
from ccds_ls.notebook import percent_text as percent
from ccds_ls.notebook.percent_text import At, Part

_BETWEEN = "\n\n\n"
_WRITTEN = re.compile(r"get_ipython\(\)\.|CELL_MAGIC|rpy2\.ipython\.rmagic")
_LINE = re.compile(
    r"(?P<before>\s*|\s*\S+\s*=\s*)get_ipython\(\)\."
    r'(?:getoutput\("(?P<shell>.*)"\)|run_line_magic\("(?P<magic>\S+)", "(?P<rest>.*)"\)'
    r"|run_line_magic\('pinfo(?P<twice>2?)', (?P<behind> ?)'(?P<asked>.*)'\))(?P<tail>.*)"
)
_CELL = re.compile(r'get_ipython\(\)\.run_cell_magic\("(?P<magic>\S+?)", "(?P<rest>.*?)", """(?P<first>.*)')
_AS_IT_IS = re.compile(r'# START_CELL_MAGIC\("(?P<magic>\S+?)", "(?P<rest>.*)"\)')
_END, _END_AS_IT_IS = '""")', "# END_CELL_MAGIC"
_R = re.compile(r"^(\s*).*\brpy2\.ipython\.rmagic\.RMagics\.R")  # what it binds is as good as unknown

Places = list[tuple[int, int]]
"""For each line of a text where it starts, and where in the editor's text; and for what would follow the last one."""


def parse(text: str, saved: Notebook | None) -> Notebook:
    """The cells of a script or of joined cells. Never raises; without marks and saved cells all of it is one cell."""
    written, places = _as_ipython(text)
    if saved is not None:
        whole = written.removesuffix("\n")
        found = _found([_as_joined(cell) for cell in saved.cells], whole)
        if any(span.end > span.start for span in found.values()) or not percent.has_marks(text):
            joined = enumerate(_cells(whole, places, saved, found), 1)
            return replace(saved, cells=tuple(replace(cell, number=number) for number, cell in joined))
    if percent.has_marks(text):
        shown = percent.parse(text)
        return shown if saved is None else _placed(with_saved(shown, saved))
    source = written.rstrip("\n")
    whole_cell = _cell(Cell(1, "code", source), places, Span(0, len(source)))
    return Notebook((whole_cell,) if source else (), 4)


def _as_ipython(text: str) -> tuple[str, Places]:
    """A text in which calls that stand for IPython's own syntax are that syntax again."""
    if not _WRITTEN.search(text):
        return text, [(0, 0), (len(text) + 1, len(text) + 1)]
    lines, places, start = [], [], 0
    for place, line in _lines(text):
        lines.append(line)
        places.append((start, place))
        start += len(line) + 1
    return "\n".join(lines), [*places, (start, len(text) + 1)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of IPython's syntax, each with where it stands in the text."""
    end, place = "", 0
    for line in text.split("\n"):
        begun = None if end else _CELL.fullmatch(line) or _AS_IT_IS.fullmatch(line)
        if begun:
            yield place, _magic(begun)
            end = _END if begun.re is _CELL else _END_AS_IT_IS
        if end == _END:
            body, shift = (begun["first"], begun.start("first")) if begun else (line, 0)
            yield place + shift, _quotes(body.removesuffix(end))
            end = "" if body.endswith(end) else end
        elif end and line == end:
            end = ""
        elif not begun:
            yield place, _quotes(line) if end else _R.sub(r"\1%R ", _line(line))
        place += len(line) + 1


def _line(line: str) -> str:
    match = _LINE.fullmatch(line)
    if match is None:
        return line
    if match["shell"] is not None:
        what = f"!{match['shell']}"
    elif match["magic"]:
        what = _magic(match)[1:]
    else:
        marks = "??" if match["twice"] else "?"
        what = f"{match['asked']}{marks}" if match["behind"] else f"{marks}{match['asked']}"
    return f"{match['before']}{what}{match['tail']}"


def _magic(match: re.Match[str]) -> str:
    rest = re.sub(r'\\(["\\])', r"\1", match["rest"])
    return f"%%{match['magic']}{rest}"


def _quotes(line: str) -> str:
    return line.replace(r"\"\"\"", '"""')


def _as_joined(cell: Cell) -> str:
    return _as_ipython(cell.source)[0] if cell.kind == "code" else ""


def _found(sources: Sequence[str], text: str) -> dict[int, Span]:
    """The saved cells, by their index, that still stand in the text, and where."""
    blocks = _same(_BETWEEN.join(sources), text)
    starts = [block[0] for block in blocks]
    found: dict[int, Span] = {}
    start = 0
    for index, source in enumerate(sources):
        end = start + len(source)
        old, new, length = blocks[bisect_right(starts, start) - 1]
        if old <= start and end <= old + length:
            span = Span(new + start - old, new + end - old)
            if _stands_alone(text, span):
                found[index] = span
        start = end + len(_BETWEEN)
    return found


def _same(before: str, now: str) -> list[tuple[int, int, int]]:
    """What two texts have in common: where in each, and how long. Compared in the pieces between blank lines."""
    old, new = before.split(_BETWEEN), now.split(_BETWEEN)
    head = _alike(zip(old, new, strict=False))
    tail = _alike(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    # By default it takes no piece that is there again and again, as empty ones are, for a beginning: for each of them
    # it would compare all the rest. They still are a part of what begins with another piece.
    middle = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail])
    blocks = [(0, 0, head)]
    blocks += [(head + block.a, head + block.b, block.size) for block in middle.get_matching_blocks()]
    blocks += [(len(old) - tail, len(new) - tail, tail)]
    starts, others = (
        [0, *accumulate(len(piece) + len(_BETWEEN) for piece in pieces)] for pieces in (old, new)
    )
    return [
        (starts[one], others[other], starts[one + size] - len(_BETWEEN) - starts[one])
        for one, other, size in blocks
        if size
    ] or [(0, 0, -1)]


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _stands_alone(text: str, span: Span) -> bool:
    is_begun = not span.start or text.endswith(_BETWEEN, 0, span.start)
    return is_begun and (span.end == len(text) or text.startswith(_BETWEEN, span.end))


def _cells(text: str, places: Places, saved: Notebook, found: dict[int, Span]) -> Iterator[Cell]:
    """The cells in the order of the text: those that are saved so, and what stands between them."""
    start = 0
    changed: list[Cell] = []
    for index, cell in enumerate(saved.cells):
        if index not in found:
            changed.append(cell)
            continue
        span = found[index]
        yield from _between(text, places, Span(start, span.start - len(_BETWEEN)), changed)
        yield _cell(cell, places, span)
        start, changed = span.end + len(_BETWEEN), []
    yield from _between(text, places, Span(start, len(text)), changed)


def _between(text: str, places: Places, span: Span, changed: list[Cell]) -> Iterator[Cell]:
    """What stands where some cells were saved otherwise: nothing, one cell, or as many as there were."""
    if span.end < span.start:
        return
    pieces = (
        text[span.start : span.end].split(_BETWEEN) if len(changed) > 1 else [text[span.start : span.end]]
    )
    before = changed if len(pieces) == len(changed) else [Cell(0, "code", "")] * len(pieces)
    start = span.start
    for piece, cell in zip(pieces, before, strict=True):
        place = Span(start, start + len(piece))
        if cell.kind != "code" and not piece:
            yield _cell(cell, places, place)
        else:
            tags = cell.tags if cell.kind == "code" else ()
            yield _cell(Cell(0, "code", piece, tags=tags, is_saved=False), places, place)
        start = place.end + len(_BETWEEN)


def _cell(cell: Cell, places: Places, span: Span) -> Cell:
    """A cell with its place in the editor's text, where one without code has no text of its own."""
    first = bisect_right(places, span.start, key=lambda place: place[0]) - 1
    start, place = places[first]
    begun = place + span.start - start
    if cell.kind != "code":
        return _output_placed(replace(cell, fields={}, raw=At(Span(begun, begun))))
    last = bisect_left(places, span.end, lo=first + 1, key=lambda place: place[0])
    lines = [(start - span.start, place) for start, place in places[first + 1 : last]]
    return _output_placed(replace(cell, fields={}, raw=Part(((0, begun), *lines), places[last][1] - 1)))


def _placed(notebook: Notebook) -> Notebook:
    return replace(notebook, cells=tuple(map(_output_placed, notebook.cells)))


def _output_placed(cell: Cell) -> Cell:
    """A cell whose outputs stand on its first line, since the text does not have them."""
    if not cell.outputs:
        return cell
    line = cell.raw_span(Span(0, len(cell.source.partition("\n")[0]))) or Span(0, 0)
    outputs = tuple(replace(output, raw=At(line), count=None) for output in cell.outputs)
    return replace(cell, outputs=outputs)
