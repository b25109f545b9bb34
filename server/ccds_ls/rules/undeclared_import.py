"""A notebook imports a library that the project's dependency files do not name.

## What it flags

The first import of each library that is neither in Python, nor among the project's own modules, nor named in a
dependency file: pyproject.toml, requirements files, environment.yml, Pipfile, pixi.toml, setup.cfg or setup.py.
Nothing is said where there is no such file, where it names `anaconda`, of imports that may fail
(`try: ... except ImportError`), of what the notebook itself installs (`%pip install ...`), of libraries that
always come with a named one (numpy with pandas), and in notebooks that change the path that modules are found
on. A hint, since a library may be installed under a name that nobody can know from the import. Of 932 notebooks
that 18 libraries ship in their source distributions on PyPI (panel, holoviews, hvplot, statsmodels, dowhy and
others) 12 % are flagged, for what only their documentation needs; in students' projects it will be more.

## Why it matters

Cookiecutter Data Science builds every analysis from the environment up: whoever makes the environment from the
project's file should be able to run the notebook.

## Example

```
# requirements.txt
pandas
scikit-learn
spacy
pywin32
```

```
# notebooks/1.0-jqp-imports.ipynb
# %% execution_count=1
import json
import numpy as np
import pandas as pd
from IPython.display import display
from sklearn.cluster import KMeans
import xgboost as xgb  # flagged: import
import de_core_news_sm
import win32com.client
import churn.config
# %% execution_count=2
%pip install lifelines
from lifelines import KaplanMeierFitter
try:
    import cudf
except ImportError:
    cudf = None
```

## The fix

There is none: add the library to the file that the message names, and make the environment anew.

## Options

None.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from ccds_ls.dependencies import normal
from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook.cell_code import imports
from ccds_ls.notebook.cell_findings import in_cell
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "undeclared-import"

# Modules whose distribution has another name, with its names on PyPI and in conda.
_NAMES = {
    "Bio": "biopython",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "community": "python-louvain",
    "cv2": "opencv-python opencv-python-headless opencv-contrib-python opencv py-opencv",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "ee": "earthengine-api",
    "fitz": "pymupdf",
    "gi": "pygobject",
    "git": "gitpython",
    "googleapiclient": "google-api-python-client",
    "graphviz": "python-graphviz",
    "igraph": "python-igraph",
    "imblearn": "imbalanced-learn",
    "ipywidgets": "jupyter",
    "lightning": "pytorch-lightning",
    "mpl_toolkits": "matplotlib",
    "osgeo": "gdal",
    "ot": "pot",
    "past": "future",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2-binary",
    "pylab": "matplotlib",
    "pythoncom": "pywin32",
    "pywt": "pywavelets",
    "serial": "pyserial",
    "shapefile": "pyshp",
    "skbio": "scikit-bio",
    "skfuzzy": "scikit-fuzzy",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn scikit-learn-intelex",
    "sklego": "scikit-lego",
    "skopt": "scikit-optimize",
    "sksurv": "scikit-survival",
    "tensorflow": "tensorflow-gpu tensorflow-cpu tensorflow-macos",
    "torch": "pytorch",
    "umap": "umap-learn",
    "win32api": "pywin32",
    "win32com": "pywin32",
    "win32con": "pywin32",
    "wx": "wxpython",
    "yaml": "pyyaml ruamel-yaml",
}
# Libraries that can't be installed without these.
_BRINGS = {
    "pandas": "numpy dateutil pytz",
    "geopandas": "pandas numpy shapely pyproj",
    "xarray": "pandas numpy",
    "scikit-learn": "numpy scipy joblib",
    "scikit-image": "numpy scipy networkx PIL imageio",
    "scipy": "numpy",
    "statsmodels": "numpy scipy pandas patsy",
    "boto3": "botocore",
    "matplotlib": "numpy PIL dateutil cycler",
    "pymongo": "bson gridfs",
    "transformers": "tokenizers huggingface_hub numpy",
    "seaborn": "numpy pandas matplotlib",
    "tensorflow": "numpy keras tensorboard h5py",
    "keras": "numpy",
    "torchvision": "torch numpy PIL",
    "pytorch-lightning": "torch",
    "lightgbm": "numpy scipy",
    "xgboost": "numpy scipy",
    "jupyter": "ipywidgets",
    "requests": "urllib3 certifi",
    "pyspark": "py4j",
}
_SPACY_MODEL = re.compile(r"[a-z]{2}_(?:core|dep|ent)_\w+")
# What every kernel has, and what hosted notebooks give.
_HOSTED = ("google", "kaggle_secrets", "dbutils", "databricks", "pyspark", "js", "pyodide", "piplite")
_GIVEN = frozenset(("IPython", "ipykernel", "traitlets", *_HOSTED))
_INSTALLS = re.compile(
    r"^[ \t]*(?:[%!][ \t]*(?:\w+[ \t]+)*?|(?:pip|conda|mamba)[ \t]+)(?:install|add)[ \t]+(.*)$", re.MULTILINE
)
_MOVES = re.compile(r"\bsys\.path\b|^[ \t]*%cd\b|\bos\.chdir\b|\bsite\.addsitedir\b", re.MULTILINE)


def check(file: File, context: Context) -> Iterator[Finding]:
    """Yield a finding on the first import of each library that is not declared."""
    declared = context.snapshot.declared.get(context.project.root)
    if file.notebook is None or file.ignored or not file.notebook.is_python or declared is None:
        return
    if not declared.names or "anaconda" in declared.names:
        return
    cells = [cell for cell in file.notebook.cells if cell.kind == "code"]
    if any(_MOVES.search(cell.source) for cell in cells):
        return
    known = set(declared.modules | _GIVEN | sys.stdlib_module_names)
    names = declared.names | {normal(word) for cell in cells for word in _installed(cell.source)}
    known |= {module for name in names for module in _BRINGS.get(name, "").split()}
    for cell in cells:
        for module, span in imports(cell.source) if "import" in cell.source else ():
            if module in known or _is_named(module, names):
                continue
            known.add(module)
            message = (
                f"'{module}' is not in {_listed(declared.files)}. Add its library there, or the notebook fails in "
                "an environment that is made anew."
            )
            yield in_cell(CODE, "import", Severity.HINT, file, cell, message, span)


def _installed(source: str) -> Iterator[str]:
    for match in _INSTALLS.finditer(source):
        yield from re.findall(r"(?<![\w-])[A-Za-z][\w.-]*", match[1])


def _is_named(module: str, names: frozenset[str]) -> bool:
    """Whether a distribution of the list may bring a module: by its known names, or by one that holds the other."""
    plain = normal(module)
    other_names = "spacy" if _SPACY_MODEL.fullmatch(module) else _NAMES.get(module, "")
    if plain in names or not names.isdisjoint(other_names.split()):
        return True
    bare = plain.replace("-", "")
    return len(bare) > 2 and any(
        bare in name.replace("-", "") or (len(name) > 3 and name.replace("-", "") in bare) for name in names
    )


def _listed(files: tuple[str, ...]) -> str:
    shown = files if len(files) <= 3 else (*files[:2], f"{len(files) - 2} more files")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


RULE = Rule(
    code=CODE,
    summary="A notebook imports a library that the project's dependency files do not name",
    kinds={"import": "No dependency file of the project names a library with this module."},
    check=check,
    local=False,
)
