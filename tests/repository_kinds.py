"""One builder for each kind of repository that git reading must get right, with what is staged in it."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from repositories import SECRET, commit_all, git, huge_blob, loose_object, make, stage, write

STAGED: dict[str, bytes | None] = {"s.env": b"KEY=1\n"}


@dataclass(frozen=True)
class Kind:
    """A repository of some kind: the folder to open, and what git reading must say about it.

    ``staged`` is path -> content (None: git does not have it). ``refusal`` is a part of the message where git
    does not open it at all. ``environ`` is what the command line would find in its environment.
    """

    folder: Path
    staged: dict[str, bytes | None] = field(default_factory=dict)
    unmerged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    refusal: str | None = None
    environ: dict[str, str] | None = None


def _simple(prepare: Callable[[Path], object], **expected: object) -> Callable[[Path], Kind]:
    """One commit, then ``prepare``, then ``s.env`` is staged."""

    def build(folder: Path) -> Kind:
        make(folder)
        prepare(folder)
        stage(folder)
        return Kind(folder, **{"staged": STAGED, **expected})  # type: ignore[arg-type]

    return build


def _named(name: str) -> Callable[[Path], Kind]:
    return lambda folder: Kind(stage(make(folder), {name: "KEY=1\n"}), {name: b"KEY=1\n"})


def _nothing(folder: Path) -> None:
    """No preparation."""


def _unborn(folder: Path) -> Kind:
    return Kind(stage(make(folder, {}, commit=False)), STAGED)


def _empty(folder: Path) -> Kind:
    return Kind(make(folder, {}, commit=False))


def _orphan(folder: Path) -> Kind:
    git(make(folder), "checkout", "-q", "--orphan", "other")
    return Kind(stage(folder), {"README.md": b"start\n", **STAGED})


def _subfolder(folder: Path) -> Kind:
    stage(make(folder), {"a/b/c.txt": "x", **SECRET})
    return Kind(folder / "a" / "b", {"a/b/c.txt": b"x", **STAGED})


def _opened_through_link(folder: Path) -> Kind:
    stage(make(folder / "real"))
    (folder / "link").symlink_to("real", target_is_directory=True)
    return Kind(folder / "link", STAGED)


def _bare(folder: Path) -> Kind:
    return Kind(make(folder, {}, "--bare", commit=False), refusal="bare repository")


def _worktree(folder: Path) -> Kind:
    git(make(folder / "main"), "worktree", "add", "-q", "-b", "side", "../linked")
    return Kind(stage(folder / "linked"), STAGED)


def _worktree_message(folder: Path) -> Kind:
    _worktree(folder)
    return Kind(folder / "main" / ".git" / "worktrees" / "linked" / "COMMIT_EDITMSG", STAGED)


def _commit_message(folder: Path) -> Kind:
    return Kind(stage(make(folder)) / ".git" / "COMMIT_EDITMSG", STAGED)


def _with_submodule(folder: Path) -> Path:
    make(folder / "library")
    top = make(folder / "top")
    (top / ".git" / "modules").mkdir()
    git(top, "clone", "-q", "--separate-git-dir=.git/modules/lib", "../library", "lib")
    write(top, {".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = ../library\n'})
    commit_all(top)
    return top


def _submodule_outside(folder: Path) -> Kind:
    top = _with_submodule(folder)
    write(top, {"lib/changed.txt": "not ours"})
    return Kind(stage(top), STAGED)


def _submodule_inside(folder: Path) -> Kind:
    return Kind(stage(_with_submodule(folder) / "lib"), STAGED)


def _submodule_moved(folder: Path) -> Kind:
    top = _with_submodule(folder)
    commit_all(stage(top / "lib"))
    return Kind(stage(top), STAGED, modified=("lib",))


def _nested(folder: Path) -> Kind:
    stage(make(folder))
    make(folder / "inner", {"theirs.txt": "x"})
    return Kind(folder, STAGED)


def _nested_opened(folder: Path) -> Kind:
    return Kind(stage(make(make(folder) / "inner")), STAGED)


def _own_index(folder: Path) -> Kind:
    stage(make(folder))
    environ = {"GIT_INDEX_FILE": ".git/next-index-1.lock", "GIT_EDITOR": ":", "GIT_PREFIX": ""}
    git(folder, "read-tree", "HEAD", env=environ)
    write(folder, {"a": "1\n"})
    git(folder, "add", "a", env=environ)
    return Kind(folder, {"a": b"1\n"}, untracked=("s.env",), environ=environ)


def _hook_of_linked_worktree(folder: Path) -> Kind:
    kind = _worktree(folder)
    git_dir = git(kind.folder, "rev-parse", "--absolute-git-dir")
    return Kind(kind.folder, STAGED, environ={"GIT_DIR": git_dir, "GIT_INDEX_FILE": f"{git_dir}/index"})


def _hook_with_both_folders(folder: Path) -> Kind:
    make(folder / "dotfiles.git", {}, "--bare", commit=False)
    home = write(folder / "home", SECRET)
    environ = {"GIT_DIR": str(folder / "dotfiles.git"), "GIT_WORK_TREE": str(home)}
    git(home, "add", "s.env", env=environ)
    index = str(folder / "dotfiles.git" / "index")
    return Kind(home, STAGED, environ={**environ, "GIT_INDEX_FILE": index})


def _git_dir_from_a_shell(folder: Path) -> Kind:
    stage(make(folder / "other"), {"other.txt": "x"})
    return Kind(stage(make(folder / "ours")), STAGED, environ={"GIT_DIR": str(folder / "other" / ".git")})


def _partly_staged(folder: Path) -> Kind:
    write(stage(make(folder)), {"s.env": "KEY=2 and more\n"})
    return Kind(folder, STAGED, modified=("s.env",))


def _intent_to_add(folder: Path) -> Kind:
    git(write(make(folder), SECRET), "add", "-N", "s.env")
    return Kind(folder, {}, modified=("s.env",))


def _renamed(folder: Path) -> Kind:
    git(make(folder), "config", "diff.renames", "copies")
    git(folder, "mv", "README.md", "new.txt")
    return Kind(folder, {"new.txt": b"start\n"}, deleted=("README.md",))


def _mode_changed(folder: Path) -> Kind:
    git(make(folder), "update-index", "--chmod=+x", "README.md")
    git(folder, "config", "core.fileMode", "false")
    return Kind(folder, {"README.md": b"start\n"})


def _link_staged(folder: Path) -> Kind:
    (make(folder) / "link").symlink_to("/etc/passwd")
    git(folder, "add", "link")
    return Kind(folder, {"link": b"/etc/passwd"})


def _file_to_link(folder: Path) -> Kind:
    (make(folder) / "README.md").unlink()
    (folder / "README.md").symlink_to("elsewhere")
    git(folder, "add", "README.md")
    return Kind(folder, {"README.md": b"elsewhere"})


def _file_to_fifo(folder: Path) -> Kind:
    (stage(make(folder)) / "README.md").unlink()
    os.mkfifo(folder / "README.md")
    return Kind(folder, STAGED)


def _deleted_after_staging(folder: Path) -> Kind:
    (stage(make(folder)) / "s.env").unlink()
    return Kind(folder, STAGED)


def _deletion(folder: Path) -> Kind:
    git(stage(make(folder)), "rm", "-q", "README.md")
    return Kind(folder, STAGED, deleted=("README.md",))


def _sha256(folder: Path) -> Kind:
    return Kind(stage(make(folder, None, "--object-format=sha256")), STAGED)


def _sha256_unborn(folder: Path) -> Kind:
    return Kind(stage(make(folder, {}, "--object-format=sha256", commit=False)), STAGED)


def _sparse_index(folder: Path) -> Kind:
    make(folder, {"in/a": "1", "out/deep/b": "2"})
    git(folder, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    return Kind(stage(folder), STAGED)


def _touched(folder: Path) -> Kind:
    os.utime(stage(make(folder)) / "README.md", (1, 1))
    return Kind(folder, STAGED)


def _crlf(folder: Path) -> Kind:
    git(make(folder), "config", "core.autocrlf", "true")
    write(folder, {"README.md": "start\r\n"})
    return Kind(stage(folder, {"s.env": "KEY=1\r\n"}), STAGED)


def _clean_filter(folder: Path) -> Kind:
    git(make(folder), "config", "filter.hide.clean", "sed s/1/2/")
    write(folder, {".gitattributes": "s.env filter=hide\n"})
    stage(folder)
    os.utime(folder / "s.env", (1, 1))  # older than the index, or git compares the content
    git(folder, "add", "s.env")
    return Kind(folder, {"s.env": b"KEY=2\n"}, untracked=(".gitattributes",))


def _two_sides(folder: Path) -> Path:
    make(folder, {"f": "base\n"})
    git(folder, "checkout", "-q", "-b", "side")
    commit_all(write(folder, {"f": "side\n", **SECRET}), "side")
    git(folder, "checkout", "-q", "main")
    commit_all(write(folder, {"f": "ours\n"}), "ours")
    return folder


def _conflict(folder: Path) -> Kind:
    git(_two_sides(folder), "merge", "-q", "side", codes=(1,))
    return Kind(folder, STAGED, unmerged=("f",))


def _clean_merge(folder: Path) -> Kind:
    git(make(folder), "checkout", "-q", "-b", "side")
    commit_all(write(folder, SECRET))
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "--no-commit", "side")
    return Kind(folder, STAGED)


def _stopped_rebase(folder: Path) -> Kind:
    git(_two_sides(folder), "checkout", "-q", "side")
    git(folder, "rebase", "-q", "main", codes=(1,))
    return Kind(folder, STAGED, unmerged=("f",))


def _missing_blob(folder: Path) -> Kind:
    stage(make(folder), {"gone.txt": "lost\n", **SECRET})
    loose_object(folder, git(folder, "rev-parse", ":gone.txt")).unlink()
    return Kind(folder, {"gone.txt": None, **STAGED})


def _damaged_blob(folder: Path) -> Kind:
    stage(make(folder), {"bad.txt": "lost\n", **SECRET})
    path = loose_object(folder, git(folder, "rev-parse", ":bad.txt"))
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 5\0lo")[:-6])
    return Kind(folder, {"bad.txt": None, **STAGED})


def _huge_blob(folder: Path) -> Kind:
    oid = huge_blob(stage(make(folder)))
    git(folder, "update-index", "--add", "--cacheinfo", f"100644,{oid},big.bin")
    return Kind(folder, {"big.bin": bytes(1 << 30), **STAGED})


def _alternates(folder: Path) -> Kind:
    make(folder / "origin")
    git(folder, "clone", "-q", "--shared", "origin", "copy")
    return Kind(stage(folder / "copy"), STAGED)


def _shallow(folder: Path) -> Kind:
    commit_all(write(make(folder / "origin"), {"second": "2"}))
    git(folder, "clone", "-q", "--depth=1", f"file://{folder}/origin", "copy")
    return Kind(stage(folder / "copy"), STAGED)


def _partial(folder: Path) -> Kind:
    """The index holds a blob that only the other side has; asking for it must not go and fetch it."""
    git(make(folder / "origin"), "config", "uploadpack.allowFilter", "true")
    git(folder, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{folder}/origin", "copy")
    copy = folder / "copy"
    blob = git(copy, "rev-parse", "HEAD:README.md")
    git(copy, "read-tree", "--empty")
    git(copy, "update-index", "--add", "--cacheinfo", f"100644,{blob},moved.md")
    return Kind(stage(copy), {"moved.md": None, **STAGED}, deleted=("README.md",))


def _replaced(folder: Path) -> Kind:
    stage(make(folder))
    innocent = git(folder, "hash-object", "-w", "--stdin", feed=b"nothing here\n")
    git(folder, "replace", git(folder, "rev-parse", ":s.env"), innocent)
    return Kind(folder, STAGED)


def _separate(folder: Path) -> Kind:
    folder.mkdir(parents=True)
    return Kind(stage(make(folder / "work", None, f"--separate-git-dir={folder / 'data.git'}")), STAGED)


def _damaged_index(folder: Path) -> Kind:
    (stage(make(folder)) / ".git" / "index").write_bytes(b"DIRC\0\0")
    return Kind(folder, refusal="The index is damaged")


def _damaged_config(folder: Path) -> Kind:
    (stage(make(folder)) / ".git" / "config").write_text("[core\n")
    return Kind(folder, refusal="bad config line")


def _damaged_head(folder: Path) -> Kind:
    (stage(make(folder)) / ".git" / "HEAD").write_text("nonsense\n")
    return Kind(folder, refusal="is not a complete repository")


def _damaged_branch(folder: Path) -> Kind:
    (stage(make(folder)) / ".git" / "refs" / "heads" / "main").write_text("nonsense\n")
    return Kind(folder, refusal="HEAD")


def _missing_commit(folder: Path) -> Kind:
    (stage(make(folder)) / ".git" / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    return Kind(folder, refusal="HEAD")


def _unknown_extension(folder: Path) -> Kind:
    git(stage(make(folder)), "config", "core.repositoryFormatVersion", "1")
    git(folder, "config", "extensions.fromTheFuture", "true")
    return Kind(folder, refusal="A newer git may understand")


def _work_tree_elsewhere(folder: Path) -> Kind:
    git(stage(make(folder / "ours")), "config", "core.worktree", str(write(folder / "home", SECRET)))
    return Kind(folder / "ours", refusal="which is left alone")


def _dangling(folder: Path) -> Kind:
    return Kind(
        write(folder, {".git": "gitdir: /nowhere/at/all\n"}), refusal="points to a folder that is not there"
    )


def _outside(folder: Path) -> Kind:
    return Kind(write(folder, SECRET), refusal="none")


def _config(name: str, value: str) -> Callable[[Path], object]:
    return lambda folder: git(folder, "config", name, value)


KINDS: dict[str, Callable[[Path], Kind]] = {
    "one commit": _simple(_nothing),
    "no commit yet": _unborn,
    "nothing at all": _empty,
    "orphan branch": _orphan,
    "detached HEAD": _simple(lambda folder: git(folder, "checkout", "-q", "--detach")),
    "opened at a subfolder": _subfolder,
    "opened through a link": _opened_through_link,
    "opened at its commit message": _commit_message,
    "folder not made yet": lambda folder: Kind(stage(make(folder)) / "not" / "yet", STAGED),
    "name with spaces and a newline": lambda folder: Kind(stage(make(folder / "a \n b")), STAGED),
    "bare": _bare,
    "linked worktree": _worktree,
    "linked worktree's commit message": _worktree_message,
    "around a changed submodule": _submodule_outside,
    "around a submodule with new commits": _submodule_moved,
    "inside a submodule": _submodule_inside,
    "around another repository": _nested,
    "inside another repository": _nested_opened,
    "hook of commit PATH": _own_index,
    "hook in a linked worktree": _hook_of_linked_worktree,
    "hook with GIT_DIR and GIT_WORK_TREE": _hook_with_both_folders,
    "GIT_DIR in the shell": _git_dir_from_a_shell,
    "partly staged": _partly_staged,
    "intent to add": _intent_to_add,
    "rename": _renamed,
    "mode change": _mode_changed,
    "link staged": _link_staged,
    "file becomes link": _file_to_link,
    "file becomes FIFO": _file_to_fifo,
    "deleted after staging": _deleted_after_staging,
    "deletion staged": _deletion,
    "name with a newline": _named("a\nb"),
    "name with quotes and tabs": _named('q"\t\\x'),
    "name with a dash first": _named("-rf"),
    "name like a pathspec": _named(":(top)*"),
    "name beyond ASCII": _named("donn\u00e9es.csv"),
    "name that is not UTF-8": _named(os.fsdecode(b"caf\xe9.txt")),
    "sha256": _sha256,
    "sha256, no commit yet": _sha256_unborn,
    "split index": _simple(lambda folder: git(folder, "update-index", "--split-index")),
    "index version 4": _simple(lambda folder: git(folder, "update-index", "--index-version=4")),
    "untracked cache": _simple(lambda folder: git(folder, "update-index", "--force-untracked-cache")),
    "sparse index": _sparse_index,
    "index locked": lambda folder: Kind(write(stage(make(folder)), {".git/index.lock": ""}), STAGED),
    "assume unchanged": _simple(
        lambda folder: git(folder, "update-index", "--assume-unchanged", "README.md")
    ),
    "skip worktree": _simple(lambda folder: git(folder, "update-index", "--skip-worktree", "README.md")),
    "touched": _touched,
    "core.autocrlf": _crlf,
    "clean filter": _clean_filter,
    "merge with a conflict": _conflict,
    "merge without a conflict": _clean_merge,
    "rebase stopped": _stopped_rebase,
    "blob missing": _missing_blob,
    "blob damaged": _damaged_blob,
    "blob of 1 GiB": _huge_blob,
    "alternates": _alternates,
    "shallow clone": _shallow,
    "partial clone": _partial,
    "replace ref": _replaced,
    "packed refs": _simple(lambda folder: git(folder, "pack-refs", "--all")),
    "worktree configuration": _simple(_config("extensions.worktreeConfig", "true")),
    "names quoted": _simple(_config("core.quotePath", "true")),
    "relative diffs": _simple(_config("diff.relative", "true")),
    "submodules hidden": _simple(_config("diff.ignoreSubmodules", "all")),
    "separate git dir": _separate,
    "index damaged": _damaged_index,
    "configuration damaged": _damaged_config,
    "HEAD damaged": _damaged_head,
    "branch damaged": _damaged_branch,
    "commit missing": _missing_commit,
    "unknown extension": _unknown_extension,
    "work tree elsewhere": _work_tree_elsewhere,
    ".git points to nowhere": _dangling,
    "not in git": _outside,
}
"""Every kind of repository, each as a builder that is given a folder that does not exist yet."""
