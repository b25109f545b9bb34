"""Where the project's files are, and settings that all of its code shares.

Paths are worked out from this file's own place, so scripts and notebooks find the data wherever
they are started and whoever has cloned the project. Import them instead of writing "../data/raw"
or "C:/Users/me/data":

    from {{ cookiecutter.module_name }} import config

    config.RAW_DATA_DIR / "dataset.csv"
"""

from pathlib import Path
import sys

from dotenv import load_dotenv
from loguru import logger
from tqdm import tqdm

PROJ_ROOT = Path(__file__).resolve().parents[1]

# Passwords and the like stand in the file .env, which git ignores. This puts them into the
# environment, where code finds them: os.environ["NAME"].
load_dotenv(PROJ_ROOT / ".env")

# Data flows one way through these folders: raw and external, then interim, then processed.
DATA_DIR = PROJ_ROOT / "data"
RAW_DATA_DIR = DATA_DIR / "raw"  # as it came; read it, never write here
EXTERNAL_DATA_DIR = DATA_DIR / "external"  # from third parties
INTERIM_DATA_DIR = DATA_DIR / "interim"  # half-way results
PROCESSED_DATA_DIR = DATA_DIR / "processed"  # what models and figures are made from

MODELS_DIR = PROJ_ROOT / "models"

REPORTS_DIR = PROJ_ROOT / "reports"
FIGURES_DIR = REPORTS_DIR / "figures"

# Log lines go through tqdm, which keeps them from breaking up its progress bars.
logger.configure(
    handlers=[
        {
            "sink": lambda line: tqdm.write(line, file=sys.stderr, end=""),
            "colorize": sys.stderr.isatty(),
        }
    ]
)
