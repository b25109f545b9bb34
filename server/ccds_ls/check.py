"""From a Snapshot to findings: every rule on every file, suppressed, merged and in order."""

from __future__ import annotations

import functools
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

from ccds_ls.finding import (
    Finding,
    Fix,
    MoveToEnv,
    Span,
    State,
    Suppress,
    TextEdit,
)
from ccds_ls.possible import possible_in
from ccds_ls.project import nearest
from ccds_ls.rules import UNCHECKED as UNCHECKED
from ccds_ls.rules import Context, Rule, all_rules
from ccds_ls.rules import unchecked as unchecked
from ccds_ls.rules.litter import litter_of
from ccds_ls.snapshot import File, Origin, Snapshot
from ccds_ls.suppression import is_suppressed, suppressing_fixes
from ccds_ls.text import matching_line

if TYPE_CHECKING:
    from ccds_ls.secrets import Detector

Located = tuple[Finding, File]
"""A finding and the version of the file that its spans are in."""


@dataclass
class Cache:
    """Findings of local rules by content id. It holds findings only, never a file's content."""

    size: int = 5000
    _entries: OrderedDict[Hashable, tuple[Finding, ...]] = field(default_factory=OrderedDict)

    def get(self, key: Hashable) -> tuple[Finding, ...] | None:
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def put(self, key: Hashable, findings: tuple[Finding, ...]) -> None:
        self._entries[key] = findings
        if len(self._entries) > self.size:
            self._entries.popitem(last=False)


def check(
    snapshot: Snapshot,
    detector: Detector,
    rules: Iterable[Rule] | None = None,
    cache: Cache | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Located]:
    """The findings of ``rules`` (all of them by default) on a snapshot, sorted by path and place.

    A rule that fails on a file costs only itself: the failure becomes a finding. When ``cancelled`` turns true
    the findings made so far are returned; the caller, who asked for that, drops them.
    """
    chosen = tuple(all_rules() if rules is None else rules)
    searching = tuple(rule for rule in chosen if rule.searches)
    others = tuple(rule for rule in chosen if not rule.searches)
    found: list[Located] = [
        (unchecked(file, "unread", f"Not searched: {file.unread}"), file)
        for file in snapshot.files
        if file.unread and not file.ignored
    ]
    is_possible = possible_in(snapshot.root)
    # The secret engine may still be loading: what does not need it comes first.
    for group, file in product(filter(None, (others, searching)), snapshot.files):
        if cancelled():
            break
        project = nearest(snapshot.projects, file.path)
        chosen_detector = detector if project.config.secret_engine else _without_engine()
        context = Context(snapshot, project, project.config, chosen_detector.find)
        for finding in _check_file(file, context, group, cache):
            mending = tuple(filter(is_possible, finding.fixes))
            found.append((replace(finding, fixes=mending), file))
    current = {file.path: file for file in snapshot.files if file.origin is not Origin.INDEX}
    return sorted(_merged(_told_once(found, chosen, snapshot), current), key=_order)


def _told_once(found: list[Located], rules: Iterable[Rule], snapshot: Snapshot) -> Iterator[Located]:
    """Without findings on a file of which another rule tells the same more exactly.

    What was accepted by itself tells nothing, for the rest of the file still counts; a baseline accepts all.
    """
    told_by = {(rule.code, kind): codes for rule in rules for kind, codes in rule.told_by.items()}
    told = {(finding.code, file.path, file.origin) for finding, file in found}
    for finding, file in found:
        codes = told_by.get((finding.code, finding.kind or ""), ())
        if not any((code, file.path, file.origin) in told for code in codes):
            project = nearest(snapshot.projects, file.path)
            accepted = {entry[:2] for entry in project.baseline} if codes else set()
            if accepted.isdisjoint((code, project.relative(file.path)) for code in codes):
                yield finding, file


@functools.cache
def _without_engine() -> Detector:
    from ccds_ls.secrets import own_rules_only

    return own_rules_only()


def _check_file(
    file: File, context: Context, rules: tuple[Rule, ...], cache: Cache | None
) -> Iterator[Finding]:
    # How a copy is kept that a tool made for itself is nobody's business; what it would publish is.
    is_copy = file.path.endswith(".ipynb") and litter_of(context.project.relative(file.path)) is not None
    for rule in rules:
        config = context.config
        if is_copy and not (rule.is_about_commits or rule.code == "litter"):
            continue
        if rule.code in config.disable or (rule.is_optional and rule.code not in config.enable):
            continue
        if file.deleted and not rule.deletions:
            continue
        for finding in _run(rule, file, context, cache):
            relative = context.project.relative(finding.path)
            if (
                context.config.ignores(finding.code, relative, finding.fingerprint)
                or (finding.code, relative, finding.fingerprint) in context.project.baseline
                or is_suppressed(finding, file)
            ):
                continue
            accept = suppressing_fixes(finding, file) if rule.acceptable else ()
            message = finding.message
            # What Git LFS keeps in the place of git is published with it as it is.
            if file.filter not in (None, "lfs") and rule.is_about_commits and not file.ignored:
                message += f" But git's filter '{file.filter}' may change what is committed."
            yield replace(finding, message=message, fixes=finding.fixes + accept)


def _run(rule: Rule, file: File, context: Context, cache: Cache | None) -> tuple[Finding, ...]:
    key = None
    if cache is not None and rule.local and file.content_id is not None:
        key = (
            rule.code,
            file.path,
            file.state,
            file.origin,
            file.content_id,
            (file.tracked, file.committed, file.ignored, file.covered_by, file.filter),
            context.config,
            context.find_secrets,
        )
        if (kept := cache.get(key)) is not None:
            return kept
    try:
        findings = tuple(rule.check(file, context))
    except TimeoutError:
        why = (
            f"the rule '{rule.code}' was stopped because it took too long, as it does on large files of data."
        )
        return (unchecked(file, rule.code, f"Not checked to the end: {why}"),)
    except Exception as error:  # A rule's fault must not cost the other rules, and never the server.
        import logging

        # No traceback: its lines and the exception's text may quote the file.
        logging.getLogger(__name__).error(
            "rule %s failed on %s: %s%s", rule.code, file.path, type(error).__name__, where(error)
        )
        why = f"the rule '{rule.code}' failed here ({type(error).__name__}). The other rules ran; please report this."
        return (unchecked(file, rule.code, f"Not checked: {why}"),)
    if cache is not None and key is not None:
        cache.put(key, findings)
    return findings


def where(error: BaseException) -> str:
    """Where an error was raised, for a log: a traceback or the error's own text could quote the user's files."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


def _merged(found: Iterable[Located], current: Mapping[str, File]) -> Iterator[Located]:
    """One finding where the staged and the other version of a file have the same one.

    It stands where the user looks, in the work tree or the editor, with the state and severity of the staged
    version. What stands only in the staged version says so where ``current``, the files whose present text was
    looked at too, has the path, and is shown on the line there that fits best; a staged file that has not changed
    since is present in its staged version alone.
    """
    by_key: dict[tuple[str, str | None, str, str], list[list[Located]]] = defaultdict(lambda: [[], []])
    for finding, file in found:
        key = (finding.code, finding.kind, finding.path, finding.fingerprint)
        by_key[key][file.origin is Origin.INDEX].append((finding, file))
    for seen, staged in by_key.values():
        for number in range(max(len(seen), len(staged))):
            if number >= len(staged):
                yield seen[number]
            elif number >= len(seen):
                finding, file = staged[number]
                present = current.get(file.path)
                yield _staged_only(finding, file, present) if present else (finding, file)
            else:
                yield _both(staged[number][0], *seen[number])


def _both(staged: Finding, seen: Finding, file: File) -> Located:
    """The finding at its place in the work tree, as bad as in the index; edits are those of the work tree."""
    both = {fix.title: fix for fix in (*_without_text_edits(staged.fixes), *seen.fixes)}
    severity = min(staged.severity, seen.severity)
    # In the order that they have where there is the staged version alone, which git tells a moment later.
    titles = [title for title in dict.fromkeys(fix.title for fix in staged.fixes) if title in both]
    fixes = {title: both[title] for title in (*titles, *both)}
    # To accept it comes last: the others mend something.
    ordered = sorted(fixes.values(), key=lambda fix: any(isinstance(edit, Suppress) for edit in fix.edits))
    merged = replace(
        seen, severity=severity, state=State.STAGED, message=staged.message, fixes=tuple(ordered)
    )
    return merged, file


def _staged_only(finding: Finding, staged: File, present: File) -> Located:
    """The finding at the place in the present text where the user would look for it."""
    finding, span = replace(finding, fixes=_without_text_edits(finding.fixes)), finding.span
    if span is None:
        return finding, staged
    finding = replace(finding, message=f"{finding.message} (In the staged version.)")
    if present.cells is not None:  # an editor's cells, of which there may be fewer by now
        cells = present.cells.cells
        cell = min(finding.cell or 1, len(cells)) or None
        first = len(cells[cell - 1].source.partition("\n")[0]) if cell else 0
        return replace(finding, cell=cell, cell_span=Span(0, first), span=None), present
    if present.text is None:
        return finding, staged
    lines = present.lines
    number = matching_line(staged.lines, lines, staged.lines.position(span.start)[0])
    return replace(finding, span=Span(lines.starts[number], lines.line_end(number))), present


def _without_text_edits(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """Fixes that hold whatever the work tree's text is: an edit made for the index would hit the wrong place."""
    in_text = TextEdit | MoveToEnv
    return tuple(fix for fix in fixes if not any(isinstance(edit, in_text) for edit in fix.edits))


def _order(located: Located) -> tuple[str, int, int, str]:
    finding = located[0]
    return finding.path, finding.cell or 0, finding.span.start if finding.span else -1, finding.code
