"""The naming convention: what is right, what is wrong, and what is proposed instead."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.naming.authors import from_author, initials_in_use, signs_of
from ccds_ls.naming.convention import Convention, problem
from ccds_ls.naming.folder import Folder, folders, stem
from ccds_ls.naming.names import new_name, plan_renames, propose
from ccds_ls.naming.phases import phase_of
from ccds_ls.naming.slug import latin, slug

CCDS = Convention(known=frozenset({"jqp", "ann-lee2", "eda"}), author="jqp")
NUMBER = Convention("number")
EMPTY = Folder("notebooks", ())

# (name without its ending, kind) in the form that CCDS documents
KINDS = [
    ("1.0-jqp-initial-data-exploration", None),
    ("0.01-pjb-data-source-1", None),
    ("0.3-bull-visualize-distributions", None),
    ("1-jqp-topic", None),
    ("01-ab-topic", None),
    ("10.25-jqp-topic", None),
    ("1.0.1-jqp-topic", None),
    ("1.0-ann-lee2-topic", None),
    ("1.0-eda-topic", None),  # an author of this repository
    ("1.0-jqp-v1.2-of-2025", None),
    ("Untitled", "untitled"),
    ("untitled-12", "untitled"),
    ("Untitled1-Copy1", "untitled"),
    ("1.0-jqp-untitled", "untitled"),
    ("1.0-jqp", "untitled"),
    ("1.0", "untitled"),
    ("", "untitled"),
    ("1.0-jqp-topic-Copy1", "copy"),
    ("1.0-jqp-topic (1)", "copy"),
    ("1.0-jqp-topic copy", "copy"),
    ("1.0-jqp-topic - Copy", "copy"),
    ("1.0-jqp-topic_copy2", "copy"),
    ("Copy of analysis", "copy"),
    ("copywriting", "no-number"),
    ("1.0-jqp-copywriting", None),
    ("analysis", "no-number"),
    ("jqp-analysis", "no-number"),
    ("2025-01-31-analysis", "no-number"),
    ("3d-plots", "no-number"),
    ("01-data-cleaning", "no-initials"),
    ("1.0-EDA2-topic", "no-initials"),
    ("1.0-svm-topic", "no-initials"),
    ("1.0-exploration-of-data", "no-initials"),
    ("1.0-bull", "no-initials"),
    ("02_features", "no-initials"),
    ("1.0-ann2-topic", "no-initials"),  # an unknown token with a digit is more often a word
    ("1.0-jqp-two words", "unsafe-chars"),
    ("1.0-jqp-caf\u00e9", "unsafe-chars"),
    ("1.0-jqp-what!", "unsafe-chars"),
    ("1.0-jqp-\udce9", "unsafe-chars"),
    ("1.0_jqp_topic", "separator"),
    ("1.0--jqp-topic", "separator"),
    ("1.0.-jqp-topic", "separator"),
    ("1.0-jqp_topic", "separator"),
    ("1.0-jqp-two_words", "separator"),
    ("1.0-jqp-topic-", "separator"),
    ("1.0-jqp--topic", "separator"),
    ("1.0-JQP-topic", "case"),
    ("1.0-jqp-Topic", "case"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_kind(text: str, kind: str | None) -> None:
    assert problem(f"{text}.ipynb", EMPTY, CCDS) == kind


STYLES = [
    ("number", "01-data-cleaning", None),
    ("number", "1.0-jqp-topic", None),
    ("number", "data-cleaning", "no-number"),
    ("number", "01_data", "separator"),
    ("number", "01-Data", "case"),
    ("number", "Untitled", "untitled"),
    (r"[a-z]+_\d\d", "topic_01", None),
    (r"[a-z]+_\d\d", "topic_01x", "pattern"),
    (r"[a-z]+_\d\d", "Untitled", "untitled"),
    (r"[a-z]+_\d\d", "topic_01-Copy1", "copy"),
    (r".*", "Untitled", None),
]


@pytest.mark.parametrize(("style", "text", "kind"), STYLES)
def test_style(style: str, text: str, kind: str | None) -> None:
    assert problem(f"{text}.ipynb", EMPTY, Convention(style)) == kind


def test_a_known_author_keeps_their_spelling() -> None:
    assert problem("1.0-JQP-topic.ipynb", EMPTY, Convention(author="JQP")) is None
    assert propose("1.0_JQP_topic.ipynb", EMPTY, Convention(author="JQP")) == "1.0-JQP-topic.ipynb"


def test_only_the_later_ones_of_a_number_are_flagged() -> None:
    names = ["1.0-jqp-a.ipynb", "1.0-jqp-b.ipynb", "01.0-jqp-c.ipynb", "1-jqp-d.ipynb"]
    found = {name: problem(name, Folder("", names), CCDS) for name in names}
    assert list(found.values()) == ["duplicate-number", "duplicate-number", None, None]


# (folder, names in it, the bad one, heading, proposal)
PROPOSALS = [
    ("notebooks", [], "analysis", None, "0.0-jqp-analysis"),
    ("notebooks", [], "Feature Engineering", None, "1.0-jqp-feature-engineering"),
    ("notebooks", [], "plotTheDistribution", None, "2.0-jqp-plot-the-distribution"),
    ("notebooks/reports", [], "model", None, "4.0-jqp-model"),
    ("notebooks/exploratory", [], "model", None, "0.0-jqp-model"),
    ("notebooks", ["3.0-jqp-a", "3.1-jqp-b"], "train_XGBModel", None, "3.2-jqp-train-xgb-model"),
    ("notebooks", ["0.01-jqp-a", "0.02-jqp-b"], "look", None, "0.03-jqp-look"),
    ("notebooks", ["0.01-jqp-a", "0.02-jqp-b"], "plots", None, "2.01-jqp-plots"),
    ("notebooks", ["01-jqp-a", "02-jqp-b"], "plots", None, "03-jqp-plots"),
    ("notebooks", ["1-jqp-a", "10-jqp-b"], "plots", None, "11-jqp-plots"),
    ("notebooks", ["1-jqp-a", "999-jqp-b"], "plots", None, "2-jqp-plots"),
    ("notebooks", [], "03-data-cleaning", None, "03-jqp-data-cleaning"),
    ("notebooks", [], "1.0_ab_topic", None, "1.0-ab-topic"),
    ("notebooks", [], "1.0-JQP-R\u00e9sum\u00e9 & Co", None, "1.0-jqp-resume-co"),
    ("notebooks", [], "jqp-topic", None, "0.0-jqp-topic"),
    ("notebooks", [], "2025-01-31 look", None, "0.0-jqp-2025-01-31-look"),
    ("notebooks", [], "Untitled", "Sales in Köln: a first look!", "0.0-jqp-sales-in-koln-a-first-look"),
    ("notebooks", [], "Untitled", None, "0.0-jqp-draft"),
    ("notebooks", [], "Untitled", "分析", "0.0-jqp-fen-xi"),
    ("notebooks", [], "Untitled", "🚀", "0.0-jqp-draft"),
    ("notebooks", [], "1.0-jqp-untitled", None, "1.0-jqp-draft"),
    ("notebooks", [], "分析", None, "0.0-jqp-fen-xi"),
    ("notebooks", [], "1.0-jqp-Анализ данных", None, "1.0-jqp-analiz-dannykh"),
    ("notebooks", [], "🚀", None, None),
    ("notebooks", ["1.0-jqp-topic"], "1.0-jqp-topic-Copy1", None, "1.1-jqp-topic"),
    ("notebooks", ["0.0-jqp-topic"], "0.0-jqp-topic-Copy1", None, "0.1-jqp-topic"),
    ("notebooks", ["0.0-jqp-a"], "0.0-jqp-b", None, "0.1-jqp-b"),
    ("notebooks", ["1.0-jqp-topic"], "1.0-JQP-topic", None, "1.1-jqp-topic"),
    ("notebooks", ["1.0-jqp-topic"], "1.0_jqp_topic", None, "1.1-jqp-topic"),
]


@pytest.mark.parametrize(("path", "others", "text", "heading", "expected"), PROPOSALS)
def test_proposal(path: str, others: list[str], text: str, heading: str | None, expected: str | None) -> None:
    folder = Folder(path, [f"{name}.ipynb" for name in (*others, text)])
    proposal = propose(f"{text}.ipynb", folder, CCDS, heading)
    assert (stem(proposal) if proposal else None) == expected


def test_without_initials_there_is_no_proposal() -> None:
    assert propose("analysis.ipynb", EMPTY, Convention()) is None
    assert propose("analysis.ipynb", EMPTY, Convention(author="J. Q.")) is None
    assert propose("1.0_ab_topic.ipynb", EMPTY, Convention()) == "1.0-ab-topic.ipynb"
    for style in (NUMBER, Convention("number", author="jqp")):
        assert propose("analysis.ipynb", EMPTY, style) == "0.0-analysis.ipynb"
        assert propose("3_x.ipynb", EMPTY, style) == "3-x.ipynb"


def test_a_pattern_gets_a_proposal_where_a_usual_form_matches() -> None:
    assert propose("analysis.ipynb", EMPTY, Convention(r"\d\.\d-\w+")) == "0.0-analysis.ipynb"
    assert propose("analysis.ipynb", EMPTY, Convention(r"nb_\w+")) is None
    beside = Folder("", ["01_jqp_clean.ipynb", "02_train.ipynb"])
    assert (
        propose("Look at it.ipynb", beside, Convention(r"\d+_\w+", author="jqp")) == "03_jqp_look_at_it.ipynb"
    )
    without = Folder("", ["01_clean.ipynb", "02_train.ipynb"])
    assert propose("Look at it.ipynb", without, Convention(r"\d+_\w+", author="jqp")) == "03_look_at_it.ipynb"
    needed = Convention(r"\d+_(?:jqp|ab)_\w+", author="jqp")
    assert propose("Look at it.ipynb", without, needed) == "03_jqp_look_at_it.ipynb"
    assert (
        propose("Look at it.ipynb", beside, Convention(r"\d+_(?!jqp)\w+", author="jqp"))
        == "03_look_at_it.ipynb"
    )
    assert propose("Look at it.ipynb", EMPTY, Convention(r"[a-z_]+")) == "look_at_it.ipynb"


TOKENS = st.text(st.sampled_from("aAé漢10._- ()!\udce9"), max_size=5) | st.sampled_from(
    [
        "1.0",
        "01",
        "0.01",
        "jqp",
        "JQP",
        "bull",
        "eda",
        "data",
        "Untitled",
        "copy",
        "-Copy1",
        "of",
        "-",
        "_",
        "999",
    ]
)
NAMES = st.lists(TOKENS, max_size=7).map("".join)
AUTHORS = st.sampled_from(["jqp", "ann-lee2", "eda", "JQP", "a", "copy", "untitled", "42"])


@given(
    st.sampled_from(["notebooks", "notebooks/reports", ""]),
    st.lists(NAMES, max_size=6),
    NAMES,
    st.none() | NAMES,
    st.sets(AUTHORS),
    AUTHORS,
    st.sampled_from(["ccds", "number", r"\d\.\d-.*"]),
)
def test_every_proposal_follows_the_convention_and_is_free(
    path: str, others: list[str], text: str, heading: str | None, known: set[str], author: str, style: str
) -> None:
    convention = Convention(style, frozenset(known), author)
    name = f"{text}.ipynb"
    rest = [f"{other}.ipynb" for other in others if other != text]
    kind = problem(name, Folder(path, [*rest, name]), convention)
    proposal = propose(name, Folder(path, [*rest, name]), convention, heading)
    if proposal is None:
        return
    assert problem(proposal, Folder(path, [*rest, proposal]), convention) is None
    assert proposal.casefold() not in {other.casefold() for other in rest}
    assert re.fullmatch(r"[A-Za-z0-9.-]+\.ipynb", proposal)
    if kind not in (None, "untitled", "copy", "duplicate-number", "pattern") and slug(text):
        assert proposal != name


@given(st.lists(NAMES, max_size=8, unique=True), st.sampled_from(["ccds", "number"]))
def test_all_renames_together_leave_no_bad_name(texts: list[str], style: str) -> None:
    convention = Convention(style, frozenset({"ann-lee2"}), "jqp")
    names = [f"{text}.ipynb" for text in texts]
    now = set(names)
    for old, new in plan_renames([f"n/{name}" for name in names], convention):
        assert old.removeprefix("n/") in now
        now.remove(old.removeprefix("n/"))
        assert new.removeprefix("n/").casefold() not in {name.casefold() for name in now}
        now.add(new.removeprefix("n/"))
    folder = Folder("n", now)
    for name in now:
        assert problem(name, folder, convention) is None or propose(name, folder, convention) is None


def test_a_plan_names_notebooks_after_their_headings() -> None:
    paths = ["notebooks/Untitled.ipynb", "notebooks/b.ipynb", "notebooks/a.ipynb", "notebooks/sub/a.ipynb"]
    plan = plan_renames(paths, CCDS, {"notebooks/Untitled.ipynb": "Sales"})
    assert plan == [
        ("notebooks/Untitled.ipynb", "notebooks/0.0-jqp-sales.ipynb"),
        ("notebooks/a.ipynb", "notebooks/0.1-jqp-a.ipynb"),
        ("notebooks/b.ipynb", "notebooks/0.2-jqp-b.ipynb"),
        ("notebooks/sub/a.ipynb", "notebooks/sub/0.0-jqp-a.ipynb"),
    ]


@given(NAMES, st.lists(NAMES, max_size=4), st.integers(0, 9) | st.none(), st.none() | st.just("jqp"))
def test_a_new_name_follows_the_convention(
    words: str, others: list[str], phase: int | None, initials: str | None
) -> None:
    paths = [f"notebooks/{other}.ipynb" for other in others]
    convention = Convention("ccds" if initials else "number", author=initials)
    if not slug(latin(words)):
        with pytest.raises(ValueError, match="description"):
            new_name(words, phase, paths, convention)
        return
    name = new_name(words, phase, paths, convention)
    folder = Folder("notebooks", [path.rpartition("/")[2] for path in paths] + [name])
    kind = problem(name, folder, convention)
    assert kind in (None, "untitled", "copy")  # the user's own words are not taken away
    assert name.casefold() not in {path.rpartition("/")[2].casefold() for path in paths}


def test_new_names_count_on() -> None:
    paths: list[str] = []
    for words in ("first look", "Second Look", "train a model"):
        paths.append("notebooks/" + new_name(words, None, paths, Convention(author="jqp")))
    assert [path[10:] for path in paths] == [
        "0.0-jqp-first-look.ipynb",
        "0.1-jqp-second-look.ipynb",
        "3.0-jqp-train-a-model.ipynb",
    ]
    assert new_name("report", 4, [], NUMBER) == "4.0-report.ipynb"
    assert (
        new_name("Der Bericht", 4, [], Convention(r"\d\.\d_[a-z_]+", author="jqp2"))
        == "4.0_der_bericht.ipynb"
    )
    dated = Convention(r"\d{4}-?\d\d-?\d\d[-_ ]\w[\w -]*", author="jqp")
    assert new_name("2024-05-01 Plot rings", None, [], dated) == "2024-05-01-plot-rings.ipynb"
    own = Convention(r"\d+_\w+", author="jqp")
    assert new_name("plot", None, ["notebooks/01_clean.ipynb"], own) == "02_plot.ipynb"
    with pytest.raises(ValueError, match="this name already"):
        new_name("Look at it", None, ["notebooks/look_at_it.ipynb"], Convention("[a-z_]+"))
    with pytest.raises(ValueError, match=r"style nb.* before them"):
        new_name("report", 4, [], Convention(r"nb\d"))


AUTHORS_BY_NAME = [
    ("Jane Q. Public", "jqp"),
    ("Łukasz Øst", "lo"),
    ("jean-luc picard", "jlp"),
    ("JaneDoe", "jd"),
    ("Maria del Carmen López García", "mdcl"),
    ("octocat", "oct"),
    ("X", None),
    ("Ed D. Adams", None),  # "eda" would be taken for a word
    ("山田太郎", None),
    ("", None),
]


@pytest.mark.parametrize(("name", "initials"), AUTHORS_BY_NAME)
def test_initials_from_a_name(name: str, initials: str | None) -> None:
    assert from_author(name) == initials


def test_initials_in_use() -> None:
    paths = [
        "notebooks/1.0-jqp-a.ipynb",
        "n/x/01-JQP-b.ipynb",
        "2.0_ab_c.ipynb",
        "03-data-c.ipynb",
        "jqp-x.ipynb",
    ]
    assert initials_in_use(paths) == Counter(jqp=2, ab=1)


PEOPLE = [
    ("Jane Q. Public", "jane@example.org", {"jqp", "jp", "jane"}),
    (
        "Ed D. Adams",
        "data@example.org",
        {"eda", "ea"},
    ),  # whoever has a word's letters for initials may use them
    ("Mike Tyson", "99+mike-2@users.noreply.github.com", {"mt", "mike-2"}),
    ("DrivenData", "info@example.org", {"drivendata"}),
    ("root", "root@localhost", set()),
    ("山田太郎", "", set()),
]


@pytest.mark.parametrize(("name", "email", "signs"), PEOPLE)
def test_what_may_stand_for_a_person(name: str, email: str, signs: set[str]) -> None:
    assert signs_of(name, email) == signs


def test_a_login_is_known_by_the_people_who_work_there() -> None:
    paths = [
        "1.0-jane-doe-load.ipynb",
        "2.0-jane_doe.ipynb",
        "3-eda-look.ipynb",
        "4.0-mike2-x.ipynb",
        "jane-doe-x.ipynb",
    ]
    assert initials_in_use(paths) == Counter(jane=2)
    assert initials_in_use(paths, {"jane-doe", "eda"}) == {"jane-doe": 1, "jane": 1, "eda": 1}


SLUGS = [
    ("Straße & Øl", "strasse-ol"),
    ("XGBModelV2", "xgb-model-v2"),
    ("don't", "dont"),
    ("a" * 70, "a" * 60),
    ("word " * 20, "-".join(["word"] * 12)),
    ("--", ""),
    ("2D plots", "2d-plots"),
    ("plot3D", "plot3d"),
    ("3DPlot", "3d-plot"),
    ("Step2EDA", "step2-eda"),
    ("Part2Cleaning", "part2-cleaning"),
    ("1st_look", "1st-look"),
    ("2ND Try", "2nd-try"),
    ("S3Bucket", "s3-bucket"),
    ("PM2.5", "pm2.5"),
    ("PM2.5-levels v1.2.", "pm2.5-levels-v1.2"),
    ("fig.1.a", "fig-1-a"),
    ("H2O_CO2", "h2o-co2"),
    ("COVID19Cases", "covid19-cases"),
    ("Word2Vec", "word2vec"),
    ("KPIsByYear", "kpis-by-year"),
    ("pH", "ph"),
    ("tSNEPlot", "t-sne-plot"),
    ("trainXGBoostModel", "train-xgboost-model"),
    ("MLflow", "mlflow"),
    ("Fine-tuning LLMs with PyTorch", "fine-tuning-llms-with-pytorch"),
]


@pytest.mark.parametrize(("text", "expected"), SLUGS)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


WORDS = st.from_regex(r"[a-z]{3,6}", fullmatch=True)


@given(st.text(st.sampled_from("aZbSs09.- _'é漢"), max_size=70))
def test_a_slug_is_words_and_its_own_slug(text: str) -> None:
    words = slug(text)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:[.-][a-z0-9]+)*)?", words)
    assert slug(words) == words
    assert bool(words) == bool(re.search("[A-Za-z0-9é]", text))


@given(WORDS, st.integers(0, 2000), st.sampled_from("ADKX"), WORDS)
def test_a_number_and_a_letter_stay_together(word: str, number: int, letter: str, other: str) -> None:
    one = f"{number}{letter.lower()}"
    assert slug(f"{word}{number}{letter}") == f"{word}{one}"
    assert slug(f"{word}_{number}{letter}{other.title()}") == f"{word}-{one}-{other}"
    assert slug(f"{word} {number}{letter} {other}") == f"{word}-{one}-{other}"


def test_phase() -> None:
    assert [
        phase_of("notebooks", w) for w in ("eda-x", "data-cleaning", "plots", "the-model", "final", "x")
    ] == [
        *range(5),
        0,
    ]


def test_a_projects_own_phases() -> None:
    phases = ("collecting", "cleaning", "Modeling and tuning")
    words = ("collect-tweets", "data-clean", "tuned-model", "x")
    assert [phase_of("notebooks", word, phases) for word in words] == [0, 1, 2, 0]
    assert phase_of("notebooks/2_models", "x", phases) == 2
    assert (
        new_name("Clean up", None, ["notebooks/x.ipynb"], Convention(author="jqp", phases=phases))
        == "1.0-jqp-clean-up.ipynb"
    )


@pytest.mark.long
def test_ten_thousand_notebooks_are_named_quickly() -> None:
    paths = [f"notebooks/01_topic{number}.ipynb" for number in range(10_000)]
    start = time.process_time()
    folder = folders(paths)["notebooks"]
    for path in paths:
        name = path.rpartition("/")[2]
        assert problem(name, folder, CCDS)
        assert propose(name, folder, CCDS)
    assert time.process_time() - start < 3


def test_a_taken_number_makes_way_for_the_next_of_its_own_phase() -> None:
    folder = Folder("notebooks", ["1.0-ab-x.ipynb", "1.0-cd-y.ipynb", "1.0-cd-model.ipynb", "2.0-ab-z.ipynb"])
    known = Convention(known=frozenset({"ab", "cd"}))
    assert propose("1.0-cd-y.ipynb", folder, known) == "1.1-cd-y.ipynb"
    assert propose("1.0-cd-model.ipynb", folder, known) == "1.1-cd-model.ipynb"
