"""What can be undone, one file each."""

from dataclasses import dataclass

from relume.catalog import Catalog

TASKS = Catalog("task", __name__)


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a task is, for people and for the commands that serve it.

    Attributes:
        name: as it is called.
        summary: one line for `--help`.
        inputs: what its models may ask for beside the picture.
        degradation: the usual damage, as `relume degrade --with` takes it; what `relume evaluate` uses by default.
        metrics: what its results are measured by.
        default: the model used unless one is named.
        baseline: the classical restorer that a learned one is compared with.
    """

    name: str
    summary: str
    inputs: tuple[str, ...]
    degradation: str
    metrics: tuple[str, ...]
    default: str
    baseline: str
