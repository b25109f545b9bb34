"""What a project must hold for its answers, written down apart from the template: the effects of CCDS 2.3.0."""

from __future__ import annotations

import ast
import configparser
import itertools
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ccds_ls.scaffold.answers import Answers

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

parse_toml = tomllib.loads

PAIRS = [
    *itertools.product(["virtualenv", "conda", "uv", "none"], ["requirements.txt", "pyproject.toml"]),
    ("conda", "environment.yml"),
    ("pipenv", "Pipfile"),
    ("pixi", "pixi.toml"),
    ("pixi", "pyproject.toml"),
    ("poetry", "pyproject.toml"),
]
STORAGES: list[dict[str, dict[str, str]]] = [
    {"none": {}},
    {"azure": {"container": "blobs"}},
    {"s3": {"bucket": "things", "aws_profile": "default"}},
    {"s3": {"bucket": "things", "aws_profile": "team"}},
    {"gcs": {"bucket": "things"}},
]
FACTORS: dict[str, list[Any]] = {
    "pair": PAIRS,
    "dataset_storage": STORAGES,
    "python_version_number": ["3.10", "3.12.4"],
    "pydata_packages": ["none", "basic"],
    "testing_framework": ["none", "pytest", "unittest"],
    "linting_and_formatting": ["ruff", "flake8+black+isort"],
    "open_source_license": ["No license file", "MIT", "BSD-3-Clause"],
    "docs": ["mkdocs", "none"],
    "include_code_scaffold": ["Yes", "No"],
}

CONSTANTS = [
    *["PROJ_ROOT", "DATA_DIR", "RAW_DATA_DIR", "INTERIM_DATA_DIR", "PROCESSED_DATA_DIR", "EXTERNAL_DATA_DIR"],
    *["MODELS_DIR", "REPORTS_DIR", "FIGURES_DIR"],
]
# The parameters of each script's main, with the constant and the file of their default.
PARAMETERS = {
    "dataset.py": {"input_path": "RAW dataset.csv", "output_path": "PROCESSED dataset.csv"},
    "features.py": {"input_path": "PROCESSED dataset.csv", "output_path": "PROCESSED features.csv"},
    "plots.py": {"input_path": "PROCESSED dataset.csv", "output_path": "FIGURES plot.png"},
    "modeling/train.py": {
        "features_path": "PROCESSED features.csv",
        "labels_path": "PROCESSED labels.csv",
        "model_path": "MODELS model.pkl",
    },
    "modeling/predict.py": {
        "features_path": "PROCESSED test_features.csv",
        "model_path": "MODELS model.pkl",
        "predictions_path": "PROCESSED test_predictions.csv",
    },
}
DATA_FOLDERS = ["data/external", "data/interim", "data/processed", "data/raw"]


def pairwise() -> list[dict[str, Any]]:
    """Choices in which any two values of any two factors occur together: as many rows as the two longest factors
    have pairs, or a few more. The same rows every time."""
    names = list(FACTORS)
    todo = {
        ((a, i), (b, j))
        for a, b in itertools.combinations(names, 2)
        for i in range(len(FACTORS[a]))
        for j in range(len(FACTORS[b]))
    }
    rows: list[dict[str, int]] = []
    while todo:
        row: dict[str, int] = dict(min(todo))
        for name in names:
            if name not in row:
                row[name] = max(range(len(FACTORS[name])), key=lambda i: _gain(todo, row, name, i))
        todo -= set(itertools.combinations([(name, row[name]) for name in names], 2))
        rows.append(row)
    return [{name: FACTORS[name][row[name]] for name in names} for row in rows]


def _gain(todo: set[Any], row: Mapping[str, int], name: str, index: int) -> int:
    new = (name, index)
    return sum((item, new) in todo or (new, item) in todo for item in row.items())


def answers_of(row: Mapping[str, Any], number: int) -> dict[str, object]:
    """A row of factors as answers, for a project of its own name."""
    manager, file = row["pair"]
    return {
        "project_name": f"Project {number}",
        "author_name": "Ada Lovelace",
        "environment_manager": manager,
        "dependency_file": file,
        **{key: value for key, value in row.items() if key != "pair"},
    }


def packages(answers: Answers) -> list[str]:
    wanted = ["pip", "python-dotenv"]
    wanted += ["typer", "loguru", "tqdm"] * (answers.include_code_scaffold == "Yes")
    if answers.pydata_packages == "basic":
        wanted += ["ipython", "jupyterlab", "matplotlib", "notebook", "numpy", "pandas", "scikit-learn"]
    wanted += ["pytest"] * (answers.testing_framework == "pytest")
    wanted += ["ruff"] if answers.linting_and_formatting == "ruff" else ["black", "flake8", "isort"]
    wanted += ["mkdocs"] * (answers.docs == "mkdocs") + ["awscli"] * (answers.dataset_storage == "s3")
    return sorted(wanted)


def files(answers: Answers) -> set[str]:
    """Every file of the project but the ignored .env: what `git add .` takes."""
    module = answers.module_name
    wanted = {".gitignore", "Makefile", "README.md", "pyproject.toml", f"{module}/__init__.py"}
    wanted |= {answers.dependency_file}
    keep = [*DATA_FOLDERS, "docs", "models", "notebooks", "references", "reports", "reports/figures"]
    wanted |= {f"{folder}/.gitkeep" for folder in keep}
    if answers.include_code_scaffold == "Yes":
        wanted |= {f"{module}/{name}" for name in ["config.py", "modeling/__init__.py", *PARAMETERS]}
    if answers.docs == "mkdocs":
        wanted |= {"docs/mkdocs.yml", "docs/README.md", "docs/docs/index.md", "docs/docs/getting-started.md"}
    wanted |= {"LICENSE"} if answers.open_source_license != "No license file" else set()
    wanted |= {"setup.cfg"} if answers.linting_and_formatting != "ruff" else set()
    wanted |= {"tests/test_data.py"} if answers.testing_framework != "none" else set()
    return wanted


def files_on_disk(project: Path) -> set[str]:
    return {
        Path(folder, name).relative_to(project).as_posix()
        for folder, folders, names in os.walk(project)
        for name in names
        if ".git" not in Path(folder).relative_to(project).parts
    }


def rules(makefile: str) -> dict[str, tuple[list[str], list[str]]]:
    """Target -> prerequisites and recipe lines, of those that a makefile declares with .PHONY."""
    found = {}
    for target in re.findall(r"^\.PHONY: (\S+)$", makefile, re.M):
        match = re.search(rf"^{target}:(.*)\n((?:\t.*\n)*)", makefile, re.M)
        assert match, target
        found[target] = (match[1].split(), [line[1:] for line in match[2].splitlines()])
    return found


def recipes(answers: Answers) -> dict[str, list[str]]:
    """Target -> the commands that its recipe must have, in order, apart from what it prints."""
    module, storage = answers.module_name, answers.storage
    wanted = {
        "clean": ['find . -type f -name "*.py[co]" -delete', 'find . -type d -name "__pycache__" -delete'],
        "lint": ["ruff format --check", "ruff check"],
        "format": ["ruff check --fix", "ruff format"],
        "requirements": requirements_recipe(answers),
        "help": ['@$(PYTHON_INTERPRETER) -c "$(PRINT_HELP)"'],
    }
    if answers.linting_and_formatting != "ruff":
        wanted["lint"] = [f"flake8 {module}", f"isort --check {module}", f"black --check {module}"]
        wanted["format"] = [f"isort {module}", f"black {module}"]
    if answers.testing_framework == "pytest":
        wanted["test"] = ["python -m pytest tests"]
    if answers.testing_framework == "unittest":
        wanted["test"] = ["python -m unittest discover -s tests"]
    if answers.include_code_scaffold == "Yes":
        wanted["data"] = [f"$(PYTHON_INTERPRETER) {module}/dataset.py"]
    if answers.environment_manager != "none":
        wanted["create_environment"] = environment_recipe(answers)
    if answers.dataset_storage == "s3":
        profile = " --profile team" if storage["aws_profile"] == "team" else ""
        wanted["sync_data_down"] = [f"aws s3 sync s3://things/data/ data/{profile}"]
        wanted["sync_data_up"] = [f"aws s3 sync data/ s3://things/data/{profile}"]
    if answers.dataset_storage == "azure":
        wanted["sync_data_down"] = ["az storage blob download-batch -s blobs/data/ -d data/"]
        wanted["sync_data_up"] = ["az storage blob upload-batch -d blobs/data/ -s data/"]
    if answers.dataset_storage == "gcs":
        wanted["sync_data_down"] = ["gsutil -m rsync -r gs://things/data/ data/"]
        wanted["sync_data_up"] = ["gsutil -m rsync -r data/ gs://things/data/"]
    return wanted


def requirements_recipe(answers: Answers) -> list[str]:
    manager, file = answers.environment_manager, answers.dependency_file
    if file == "requirements.txt" and manager != "uv":
        pip = "$(PYTHON_INTERPRETER) -m pip install"
        return [f"{pip} -U pip", f"{pip} -r requirements.txt"]
    if file == "pyproject.toml":
        own = {"uv": "uv sync", "pixi": "pixi install", "poetry": "poetry install"}
        return [own.get(manager, "$(PYTHON_INTERPRETER) -m pip install -e .")]
    return {
        "requirements.txt": ["uv pip install -r requirements.txt"],
        "environment.yml": ["conda env update --name $(PROJECT_NAME) --file environment.yml --prune"],
        "Pipfile": ["pipenv install"],
        "pixi.toml": ["pixi install"],
    }[file]


def environment_recipe(answers: Answers) -> list[str]:
    if answers.dependency_file == "environment.yml":
        return ["conda env create --name $(PROJECT_NAME) -f environment.yml"]
    return {
        "virtualenv": ["mkvirtualenv $(PROJECT_NAME) --python=$(PYTHON_INTERPRETER)"],
        "conda": ["conda create --name $(PROJECT_NAME) python=$(PYTHON_VERSION) -y"],
        "pipenv": ["pipenv --python $(PYTHON_VERSION)"],
        "uv": ["uv venv --python $(PYTHON_VERSION)"],
        "pixi": [],
        "poetry": ["poetry env use $(PYTHON_VERSION)"],
    }[answers.environment_manager]


def check_project(project: Path, answers: Answers) -> None:
    """Assert all of the above of a generated project, and that every file of it can be read by what reads it."""
    texts = {name: (project / name).read_text(encoding="utf-8") for name in files_on_disk(project)}
    assert set(texts) == files(answers) | {".env"}
    assert not [name for name in texts if (project / name).stat().st_mode & 0o111 and os.name != "nt"]
    for name, text in texts.items():
        assert not re.search(r"\{\{|\}\}|\{%|%\}", text), name
        assert "\r" not in text and (not text or text.endswith("\n")), name
    check_makefile(texts["Makefile"], answers)
    check_pyproject(parse_toml(texts["pyproject.toml"]), answers)
    check_dependency_file(texts, answers)
    check_code(texts, answers)
    check_rest(texts, answers)


def check_makefile(makefile: str, answers: Answers) -> None:
    found = rules(makefile)
    wanted = recipes(answers)
    assert set(found) == set(wanted)
    for target, (prerequisites, lines) in found.items():
        assert prerequisites == (["requirements"] if target == "data" else []), target
        commands = [line for line in lines if not line.startswith("@echo")]
        if target == "create_environment" and answers.environment_manager == "virtualenv":
            assert wanted[target][0] in commands[0]
        else:
            assert commands == wanted[target], target
        assert re.search(rf"^## .+\n\.PHONY: {target}$", makefile, re.M), target
    version = answers.python_version_number
    for line in (
        f"PROJECT_NAME = {answers.repo_name}",
        f"PYTHON_VERSION = {version}",
        "PYTHON_INTERPRETER = python",
    ):
        assert f"\n{line}\n" in makefile


def specifier(answers: Answers) -> str:
    version = answers.python_version_number
    return f"~={version}.0" if version.count(".") == 1 else f"=={version}"


def check_pyproject(content: dict[str, Any], answers: Answers) -> None:
    project, tool = content["project"], content["tool"]
    poetry = (answers.environment_manager, answers.dependency_file) == ("poetry", "pyproject.toml")
    backend = "poetry.core.masonry.api" if poetry else "flit_core.buildapi"
    assert content["build-system"]["build-backend"] == backend
    assert content["build-system"]["requires"] == (
        ["poetry-core>=2,<3"] if poetry else ["flit_core >=3.2,<4"]
    )
    assert (project["name"], project["version"]) == (answers.module_name, "0.0.1")
    assert (project["description"], project["readme"]) == (answers.description, "README.md")
    assert project["authors"] == [{"name": answers.author_name}]
    assert project["requires-python"] == specifier(answers)
    licence = {"MIT": "MIT License", "BSD-3-Clause": "BSD License"}.get(answers.open_source_license)
    classifiers = ["Programming Language :: Python :: 3"]
    assert project["classifiers"] == classifiers + [f"License :: OSI Approved :: {licence}"] * bool(licence)
    assert project.get("license") == ({"file": "LICENSE"} if licence else None)
    pixi = answers.environment_manager == "pixi"
    wanted = packages(answers) if answers.dependency_file == "pyproject.toml" and not pixi else None
    assert project.get("dependencies") == wanted
    if answers.dependency_file == "pyproject.toml" and pixi:
        check_pixi(tool["pixi"], answers)
    else:
        assert "pixi" not in tool
    check_linter_settings(tool, answers)
    assert tool["ccds-ls"]["template"]["answers"] == answers.as_dict()


def check_linter_settings(tool: dict[str, Any], answers: Answers) -> None:
    module = answers.module_name
    if answers.linting_and_formatting == "ruff":
        assert tool["ruff"] == {
            "line-length": 99,
            "src": [module],
            "include": ["pyproject.toml", f"{module}/**/*.py"],
            "lint": {
                "extend-select": ["I"],
                "isort": {"known-first-party": [module], "force-sort-within-sections": True},
            },
        }
        assert "black" not in tool and "isort" not in tool
    else:
        assert tool["black"] == {"line-length": 99}
        assert tool["isort"] == {
            "profile": "black",
            "known_first_party": [module],
            "force_sort_within_sections": True,
        }
        assert "ruff" not in tool


def split(wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """Packages as conda gets them and as pip does, in conda and pixi environments."""
    pip_only = {"awscli", "mkdocs", "python-dotenv"}
    return [name for name in wanted if name not in pip_only], [name for name in wanted if name in pip_only]


def check_pixi(content: dict[str, Any], answers: Answers) -> None:
    conda, pip = split(packages(answers))
    assert content["workspace"]["name"] == answers.repo_name
    assert content["workspace"]["channels"] == ["conda-forge"]
    assert content["workspace"]["platforms"] == ["linux-64", "osx-64", "osx-arm64", "win-64"]
    assert content["dependencies"] == {"python": specifier(answers), **dict.fromkeys(conda, "*")}
    own = {answers.module_name: {"path": ".", "editable": True}}
    assert content["pypi-dependencies"] == {**dict.fromkeys(pip, "*"), **own}


def check_dependency_file(texts: Mapping[str, str], answers: Answers) -> None:
    file = answers.dependency_file
    if file == "requirements.txt":
        assert texts[file].splitlines() == [*packages(answers), "-e ."]
    elif file == "environment.yml":
        conda, pip = split(packages(answers))
        assert yaml.safe_load(texts[file]) == {
            "name": answers.repo_name,
            "channels": ["conda-forge"],
            "dependencies": [f"python={answers.python_version_number}", *conda, {"pip": [*pip, "-e ."]}],
        }
    elif file == "Pipfile":
        content = parse_toml(texts[file])
        own = {answers.module_name: {"path": ".", "editable": True}}
        assert content["packages"] == {**dict.fromkeys(packages(answers), "*"), **own}
        assert content["requires"]["python_version"] == ".".join(answers.python_version_number.split(".")[:2])
    elif file == "pixi.toml":
        content = parse_toml(texts[file])
        assert content["workspace"]["description"] == answers.description
        check_pixi(content, answers)


def check_code(texts: Mapping[str, str], answers: Answers) -> None:
    trees = {name: ast.parse(text) for name, text in texts.items() if name.endswith(".py")}
    module = answers.module_name
    if answers.include_code_scaffold == "No":
        assert texts[f"{module}/__init__.py"] == ""
    else:
        assert f"from {module} import config" in texts[f"{module}/__init__.py"]
        names = [target.id for node in trees[f"{module}/config.py"].body for target in _targets(node)]
        assert names == CONSTANTS or set(names) == set(CONSTANTS)
        assert "load_dotenv(" in texts[f"{module}/config.py"]
        for script, parameters in PARAMETERS.items():
            assert dict(_defaults(trees[f"{module}/{script}"])) == parameters, script
    if answers.testing_framework != "none":
        assert "def test_code_is_tested(" in texts["tests/test_data.py"]
        assert answers.testing_framework in texts["tests/test_data.py"]


def _targets(node: ast.stmt) -> Iterator[ast.Name]:
    if isinstance(node, ast.Assign):
        yield from (target for target in node.targets if isinstance(target, ast.Name))


def _defaults(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Parameter -> ``RAW dataset.csv`` for a default of ``config.RAW_DATA_DIR / "dataset.csv"``."""
    assert any("typer.Typer(" in ast.unparse(node) for node in tree.body)
    main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    for argument, default in zip(main.args.args, main.args.defaults, strict=True):
        match = re.fullmatch(r"config\.([A-Z]+?)(?:_DATA)?(?:_DIR)? / '(.+)'", ast.unparse(default))
        assert match, ast.unparse(default)
        yield argument.arg, f"{match[1]} {match[2]}"


def check_rest(texts: Mapping[str, str], answers: Answers) -> None:
    assert all(not line or line.startswith("#") for line in texts[".env"].splitlines())
    if answers.docs == "mkdocs":
        site = yaml.safe_load(texts["docs/mkdocs.yml"])
        assert (site["site_name"], site["site_author"]) == (answers.project_name, answers.author_name)
        assert answers.description in site["site_description"]
    if answers.linting_and_formatting != "ruff":
        flake8 = configparser.ConfigParser()
        flake8.read_string(texts["setup.cfg"])
        assert dict(flake8["flake8"]) == {
            "ignore": "E731,E266,E501,C901,W503",
            "max-line-length": "99",
            "exclude": ".git,notebooks,references,models,data",
        }
    licence = answers.open_source_license
    if licence != "No license file":
        assert answers.author_name in texts["LICENSE"]
        assert ("Permission is hereby granted" in texts["LICENSE"]) == (licence == "MIT")
        assert ("Neither the name of" in texts["LICENSE"]) == (licence == "BSD-3-Clause")
        assert (answers.project_name in texts["LICENSE"]) == (licence == "BSD-3-Clause")
    check_readme(texts, answers)


def check_readme(texts: Mapping[str, str], answers: Answers) -> None:
    """The tree in the README names what is at the top of the project and in the package, and nothing else."""
    readme = texts["README.md"]
    tree = readme.split("```\n")[2]
    top = set(re.findall(r"^[├└]── (\S+)", tree, re.M))
    assert top == {name.split("/")[0] for name in files(answers)} - {".gitignore"}
    package = tree.split(f"└── {answers.module_name} ")[1]
    scripts = {name.split("/")[1] for name in files(answers) if name.startswith(f"{answers.module_name}/")}
    assert set(re.findall(r"^    [├└]── (\S+)", package, re.M)) == scripts
    assert answers.description in readme
